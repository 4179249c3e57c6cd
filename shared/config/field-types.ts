import { z } from 'zod';

export const port = z.number().int().min(1).max(65_535);
/** 0 switches the listener off. */
export const portOrOff = z.number().int().min(0).max(65_535);
export const text = z.string().min(1);
export const count = z.number().int().nonnegative();
export const positiveCount = z.number().int().positive();
