/** "12,000" */
export const integerText = (value: number): string => value.toLocaleString("en");

/** "1 channel", "3 channels", "12,000 images" */
export const countText = (count: number, what: string): string =>
  `${integerText(count)} ${what}${count === 1 ? "" : "s"}`;
