import { createHash, type Hash } from 'node:crypto';
import type { Decision } from './decision.js';

/** A running sha256 over every bit of every decision: two runs agree exactly, or their digests differ. */
export class DecisionDigest {
  decisions = 0;
  private readonly hash: Hash = createHash('sha256');
  /** Not hashed yet: an order that follows from a decision does not wait for it. */
  private waiting: Decision[] = [];

  add(decision: Decision): void {
    this.decisions++;
    if (this.waiting.push(decision) === 1) setImmediate(() => this.hashWaiting());
  }

  /** sha256 so far, lower-case hex; more decisions may follow. */
  hex(): string {
    this.hashWaiting();
    return this.hash.copy().digest('hex');
  }

  private hashWaiting(): void {
    for (const decision of this.waiting) this.hashOne(decision);
    this.waiting = [];
  }

  private hashOne({ seq, tsRecvNs, outputs, spreadTicks, edgeTicks, targetContracts, reason }: Decision): void {
    const head = Buffer.alloc(40);
    head.writeDoubleLE(seq, 0);
    head.writeBigInt64LE(tsRecvNs, 8);
    head.writeDoubleLE(spreadTicks, 16);
    head.writeDoubleLE(edgeTicks, 24);
    head.writeDoubleLE(targetContracts, 32);
    this.hash.update(head).update(`${reason}\n`);
    for (const { name, features, probabilities } of outputs)
      this.hash.update(`${name}\n`).update(bytesOf(features)).update(bytesOf(probabilities));
  }
}

/** Bytes of a row. Every platform that Node runs on is little-endian. */
function bytesOf(row: Float32Array): Uint8Array {
  return new Uint8Array(row.buffer, row.byteOffset, row.byteLength);
}
