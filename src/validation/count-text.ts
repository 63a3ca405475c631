/** "1 channel", "3 channels", "12,000 images" */
export const countText = (count: number, what: string): string =>
  `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;
