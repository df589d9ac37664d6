import mongoose from 'mongoose';

const { BSON } = mongoose.mongo;
const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
/** Kept as stored, so that a message that is written again says the same. */
const AS_SENT = { promoteValues: false, promoteLongs: false, promoteBuffers: false };

export type Document = mongoose.mongo.BSON.Document;

/** A message of MongoDB's wire protocol. */
export interface Message {
  bytes: Buffer;
  id: number;
  responseTo: number;
  /** The command or its answer; its first name is the command's. */
  body: Document;
}

/** Returns the index at which the body of a message begins, by its kind; `undefined` for others. */
function bodyAt(bytes: Buffer): number | undefined {
  const code = bytes.readInt32LE(12);
  if (code === OP_REPLY) return 36;
  // The name of a collection, ended by a zero, and two numbers stand before it.
  if (code === OP_QUERY) return bytes.indexOf(0, 20) + 9;
  return code === OP_MSG ? 21 : undefined;
}

function parse(bytes: Buffer): Message {
  const at = bodyAt(bytes);
  const size = at === undefined ? 0 : bytes.readInt32LE(at);
  const body = at === undefined ? {} : BSON.deserialize(bytes.subarray(at, at + size), AS_SENT);
  return { bytes, id: bytes.readInt32LE(4), responseTo: bytes.readInt32LE(8), body };
}

/** Collects what a socket sends, and passes on each message once it is complete. */
export function messageReader(onMessage: (message: Message) => void) {
  let kept = Buffer.alloc(0);
  return (chunk: Buffer): void => {
    kept = Buffer.concat([kept, chunk]);
    while (kept.length >= 16 && kept.length >= kept.readInt32LE(0)) {
      const size = kept.readInt32LE(0);
      const message = Buffer.from(kept.subarray(0, size));
      kept = kept.subarray(size);
      onMessage(parse(message));
    }
  };
}

/** Returns the message with another body. It must have no further sections. */
export function withBody({ bytes }: Message, body: Document): Buffer {
  const whole = Buffer.concat([bytes.subarray(0, bodyAt(bytes)), BSON.serialize(body)]);
  whole.writeInt32LE(whole.length, 0);
  return whole;
}

/** Builds a message with this body alone. */
export function buildMessage(id: number, responseTo: number, body: Document): Buffer {
  const text = BSON.serialize(body);
  const head = Buffer.alloc(21);
  [21 + text.length, id, responseTo, OP_MSG].forEach((value, index) => head.writeInt32LE(value, 4 * index));
  return Buffer.concat([head, text]);
}
