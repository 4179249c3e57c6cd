import type { BatchPlace } from './batch-stream.js';

/**
 * Name of the log that a receiver keeps of a stream: entry `seq - 1` is the sha256 of the payload of batch `seq`, as 32 bytes. Its
 * signed checkpoint is the receipt: by its origin it says which stream and epoch, by its size up to which batch, and by its root
 * which batches exactly, which the broker computes from those that it sealed itself.
 */
export function logOrigin(broker: string, { stream, epoch }: Pick<BatchPlace, 'stream' | 'epoch'>): string {
  return `believe/${broker}/${stream}/e${epoch}`;
}

export function logEntry(payloadSha256: string): Buffer {
  return Buffer.from(payloadSha256, 'hex');
}
