/** What versions files whose form is a standard of others. */
export const PEM = 'a standard of others: PEM of PKCS #8, SPKI or X.509';
export const NOTE = 'a standard of others: signed notes and checkpoints of C2SP';
export const ENVELOPE = 'the payload type of the envelope, and `kind` and `version` of what is signed in it';
