import type { Request } from '../../../tools/load/connections';

interface StreamOfKind {
  /** Name under which its answers are counted; several streams may share one. */
  kind: string;
  /** Sent in turns, over and over. */
  requests: Request[];
  /** Seconds after the start of the order at which the stream begins and ends. */
  begins: number;
  ends: number;
}

/** Arrivals at a fixed rate that wait for no answer: an open loop. */
export interface RateStream extends StreamOfKind {
  perSecond: number;
}

/** Clients that each send the next request as soon as they have an answer, whatever it is: a closed loop. */
export interface ClientStream extends StreamOfKind {
  clients: number;
}

export type Stream = RateStream | ClientStream;

export interface Order {
  /** Origin of the server. */
  url: string;
  streams: Stream[];
  /** Connections that one address may open at most. */
  sockets: number;
}

/** Answers of one kind, in the order in which they came: the same index belongs to the same request. */
export interface Answers {
  /** Milliseconds from the start of the order to the moment at which the request was due. */
  dueMs: Float64Array;
  /** Milliseconds from that moment to the end of the answer. */
  tookMs: Float64Array;
  /** 0: no answer came. */
  statuses: Uint16Array;
  /** Answers by their X-Cache: HIT, MISS or BYPASS. */
  caches: Record<string, number>;
}

export interface Sent {
  kinds: Record<string, Answers>;
  /** Requests without an answer, by reason, and refusals that name no time to come again. */
  errors: Record<string, number>;
  /** Milliseconds from due to sent, of all requests at a fixed rate: how late the sender itself was. */
  lateP99Ms: number;
  /** CPU time that the sender took, as a share of one core. */
  cores: number;
}
