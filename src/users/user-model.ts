import { Schema, Types } from 'mongoose';
import type { Connection } from 'mongoose';
import type { Role } from '../principal';

export interface UserRecord {
  _id: Types.ObjectId;
  name: string;
  email: string;
  username: string;
  /** Lower case: what the unique indexes and log-in compare. */
  emailKey: string;
  usernameKey: string;
  passwordHash: string;
  role: Role;
  uploads: number;
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
    uploads: { type: Number, default: 0 },
  },
  { collection: 'users', timestamps: true, versionKey: false, strictQuery: 'throw' },
);
userSchema.index({ emailKey: 1 }, { unique: true });
userSchema.index({ usernameKey: 1 }, { unique: true });
userSchema.index({ createdAt: -1, _id: -1 });
userSchema.index({ role: 1 });

export const userModel = (connection: Connection) => connection.model('User', userSchema);
