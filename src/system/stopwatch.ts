/** Returns a function that gives the seconds since this call, on a monotonic clock. */
export function stopwatch(): () => number {
  const start = performance.now();
  return () => (performance.now() - start) / 1000;
}
