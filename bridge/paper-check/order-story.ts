import type { Heard, MessageOf } from './message.js';
import type { Witness } from './witness.js';

const OVER: ReadonlySet<string> = new Set(['Filled', 'Cancelled', 'ApiCancelled']);

/** What was said about one order since it was sent, in order. */
export class OrderStory {
  constructor(
    private readonly witness: Witness,
    readonly orderId: number,
    /** What the witness had heard before it was sent. */
    readonly sentMark: number,
    readonly sentAtMs: number,
  ) {}

  /** Each state once, where it is repeated without another in between. */
  get states(): string[] {
    return withoutRepeats(this.stateMessages.map(({ status }) => status));
  }

  get stateMessages(): (Heard<'openOrder'> | Heard<'orderStatus'>)[] {
    return this.messages.filter((message) => message.kind === 'openOrder' || message.kind === 'orderStatus');
  }

  get codes(): number[] {
    return this.of('error').map(({ code }) => code);
  }

  /** Told by themselves, once each. */
  get executions(): Heard<'execution'>[] {
    const live = this.of('execution').filter(({ requestId }) => requestId === -1);
    return [...new Map(live.map((execution) => [execution.execId, execution])).values()];
  }

  get commission(): Heard<'commission'> | undefined {
    const execIds = new Set(this.executions.map(({ execId }) => execId));
    return this.witness.of('commission', this.sentMark).find(({ execId }) => execIds.has(execId));
  }

  /** The most that any status said was filled. */
  get reportedFilled(): number {
    return Math.max(0, ...this.of('orderStatus').map(({ filled }) => filled));
  }

  get executedContracts(): number {
    return this.executions.reduce((sum, { contracts }) => sum + contracts, 0);
  }

  get lastState(): string | undefined {
    return this.states.at(-1);
  }

  get isAnswered(): boolean {
    return this.states.length > 0 || this.codes.length > 0;
  }

  get isWorking(): boolean {
    return this.lastState === 'Submitted';
  }

  /** Nothing of it can fill any more, by what was said; Inactive may come back. */
  get isOver(): boolean {
    const { lastState } = this;
    return lastState !== undefined && OVER.has(lastState);
  }

  /** Over, and every contract that was said to be filled has its execution. */
  get isSettled(): boolean {
    return this.isOver && Math.abs(this.executedContracts) >= this.reportedFilled;
  }

  /** Refused before any state was told. */
  get isUnknownThere(): boolean {
    return this.states.length === 0 && this.codes.length > 0;
  }

  /** `Cancelled, 202`; `110 alone`; `nothing`. */
  get ending(): string {
    const { lastState, codes } = this;
    if (lastState === undefined) return codes.length > 0 ? `${list(codes)} alone` : 'nothing';
    return list([lastState, ...codes]);
  }

  /** What came from the first word of the fill on, each kind once. */
  get fillMessages(): string {
    const { commission } = this;
    const all = [...this.messages, ...(commission ? [commission] : [])].sort((a, b) => a.atMs - b.atMs);
    const first = all.findIndex((message) => message.kind === 'execution' || isFilled(message));
    return first < 0 ? 'nothing' : list([...new Set(all.slice(first).map(wordOf))]);
  }

  private get messages(): Heard[] {
    return this.witness.since(this.sentMark).filter((message) => isAbout(message, this.orderId));
  }

  private of<Kind extends 'orderStatus' | 'execution' | 'error'>(kind: Kind): Heard<Kind>[] {
    return this.messages.filter((message): message is Heard<Kind> => message.kind === kind);
  }
}

export function list(words: readonly (string | number)[]): string {
  return words.length === 0 ? 'nothing' : words.join(', ');
}

function withoutRepeats(words: readonly string[]): string[] {
  return words.filter((word, index) => word !== words[index - 1]);
}

function isAbout(message: Heard, orderId: number): boolean {
  switch (message.kind) {
    case 'openOrder':
    case 'orderStatus':
    case 'execution':
      return message.orderId === orderId;
    case 'error':
      return message.id === orderId;
    default:
      return false;
  }
}

function isFilled(message: Heard): boolean {
  return (message.kind === 'openOrder' || message.kind === 'orderStatus') && message.status === 'Filled';
}

function wordOf(message: MessageOf<Heard['kind']>): string {
  if (message.kind === 'openOrder' || message.kind === 'orderStatus') return `${message.kind} ${message.status}`;
  return message.kind === 'error' ? String(message.code) : message.kind;
}
