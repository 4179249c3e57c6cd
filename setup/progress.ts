/** Told what is being obtained and how far it is: one sentence a call, meant for stderr. */
export type Progress = (message: string) => void;

export const silent: Progress = () => {};
