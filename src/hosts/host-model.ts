import { Schema } from 'mongoose';
import type { Connection, InferSchemaType } from 'mongoose';
import { HOSTS } from '../infra/mongo/dump';

/** Long enough to see which host died in a night. */
const KEPT_SECONDS = 86_400;

/** One record for each process (`HOST/api-0` and its place), and one for each host of which an operator wanted something. */
const hostSchema = new Schema(
  {
    _id: { type: String, required: true },
    host: { type: String, required: true },

    /** Name of the process: `api-0`, `worker-0`. Unset in the record of a host. */
    process: { type: String },
    pid: { type: Number },
    /** Differs for two hosts of the same name. */
    place: { type: String },
    address: { type: String },
    /** Port of an API worker. */
    port: { type: Number },
    release: { type: String },
    version: { type: String },
    /** The first signs. Empty for a job worker, which has no keys. */
    keyIds: { type: [String], default: undefined },
    keyPrefix: { type: String },
    /** Milliseconds that the clock of this host is ahead of MongoDB's. */
    skewMs: { type: Number },
    /** True if it takes requests or jobs. */
    serving: { type: Boolean },
    /** The last request about its host that it carried out. */
    followed: { type: Boolean },
    startedAt: { type: Date },
    /** Time by MongoDB's clock. */
    lastSeen: { type: Date },

    /** Only in the record of a host: true if its processes are to take no requests and no jobs. */
    isDrained: { type: Boolean },
    askedAt: { type: Date },
  },
  { collection: HOSTS, versionKey: false, strictQuery: 'throw' },
);
// A record of a host has no `lastSeen`, and stays.
hostSchema.index({ lastSeen: 1 }, { expireAfterSeconds: KEPT_SECONDS });

export type HostRecord = InferSchemaType<typeof hostSchema>;
export const hostModel = (connection: Connection) => connection.model('Host', hostSchema);
