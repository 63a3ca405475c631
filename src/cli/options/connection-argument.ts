/** What the commands of a queue say of their argument. */
export const CONNECTION =
  "the Redis server, such as redis://host:6379, or a file with its settings (default: OPTIMBENCH_QUEUE)";
