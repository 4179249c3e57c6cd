/** Where builds lie side by side: beside `program`, with either kind of path. */
export const buildsFolderOf = (program: string): string => `${program}-builds`;
