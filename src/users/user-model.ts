import { Schema, Types } from 'mongoose';
import type { Connection } from 'mongoose';
import type { Role } from '../people/principal';
import { userTable } from './user-lists';

export interface UserRecord {
  _id: Types.ObjectId;
  name: string;
  email: string;
  username: string;
  /** Lower case, for the unique indexes and log-in. */
  emailKey: string;
  usernameKey: string;
  passwordHash: string;
  role: Role;
  /** Tokens and sessions of a lower one have ended; unset in records of earlier releases, which counts as 0. */
  authVersion?: number;
  /** True if the user may not log in, else unset, so that records of earlier releases need no change. */
  disabled?: boolean;
  /** Counts transactions that must exclude others about this user, such as uploads. */
  uploads: number;
  /** Search words of name, user name and e-mail address. */
  words: string[];
  /** Incremented with each change. */
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

const userSchema = new Schema<UserRecord>(
  {
    name: { type: String, required: true },
    email: { type: String, required: true },
    username: { type: String, required: true },
    emailKey: { type: String, required: true },
    usernameKey: { type: String, required: true },
    passwordHash: { type: String, required: true },
    role: { type: String, enum: ['Admin', 'worker'], required: true },
    authVersion: { type: Number, default: 0 },
    disabled: { type: Boolean },
    uploads: { type: Number, default: 0 },
    words: { type: [String], default: [] },
    version: { type: Number, default: 1 },
  },
  { collection: 'users', timestamps: true, versionKey: false, strictQuery: 'throw' },
);
userSchema.index({ emailKey: 1 }, { unique: true });
userSchema.index({ usernameKey: 1 }, { unique: true });
for (const { index } of userTable.rows) userSchema.index(index);

export const userModel = (connection: Connection) => connection.model('User', userSchema);
