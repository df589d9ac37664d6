import { Types, type ClientSession, type Connection } from 'mongoose';
import { createFileStore, type FileId } from '../infra/mongo/files';
import { toObjectId } from '../infra/mongo/mongo';
import { avatarModel, originalModel, type AvatarRecord } from './avatar-model';

export type AvatarRepository = ReturnType<typeof createAvatarRepository>;
export type { AvatarRecord };

/** A finished avatar, with its files by size in pixels. */
export interface Rendition {
  digest: string;
  jobId: string;
  files: Record<string, FileId>;
}

/** Number and bytes of originals that are kept for their jobs. */
export interface Waiting {
  number: number;
  bytes: number;
}

export function createAvatarRepository(connection: Connection) {
  const Avatars = avatarModel(connection);
  const Originals = originalModel(connection);
  const files = createFileStore(connection, 'avatar_files');

  /** Matches the user's avatar if this job's upload is their newest. */
  const newestOf = (userId: Types.ObjectId | string, jobId: string) => ({
    _id: new Types.ObjectId(userId),
    'upload.jobId': toObjectId(jobId),
  });

  return {
    files,

    byUser: (userId: string, session?: ClientSession): Promise<AvatarRecord | null> =>
      Avatars.findById(toObjectId(userId), null, { session }).lean<AvatarRecord>(),

    /** Sums the originals of all other users. */
    async waitingOfOthers(userId: string, session: ClientSession): Promise<Waiting> {
      const isKept = { $or: [{ 'waiting.until': null }, { 'waiting.until': { $gt: new Date() } }] };
      const [sum] = await Avatars.aggregate<Waiting>([
        { $match: { 'waiting.bytes': { $gt: 0 }, _id: { $ne: toObjectId(userId) }, ...isKept } },
        { $group: { _id: null, number: { $sum: 1 }, bytes: { $sum: '$waiting.bytes' } } },
      ]).session(session);
      return { number: sum?.number ?? 0, bytes: sum?.bytes ?? 0 };
    },

    /** Makes this upload the user's newest: keeps its bytes for the job and removes earlier originals. */
    async keepUpload(
      { userId, digest, jobId }: { userId: string; digest: string; jobId: string },
      bytes: Buffer,
      session: ClientSession,
    ): Promise<void> {
      const upload = { digest, jobId: toObjectId(jobId) };
      const waiting = { bytes: bytes.length, until: null };
      const newest = { $set: { upload, waiting } };
      await Avatars.updateOne({ _id: toObjectId(userId) }, newest, { upsert: true, session });
      await Originals.deleteMany({ userId: toObjectId(userId) }, { session });
      await Originals.create([{ _id: upload.jobId, userId: toObjectId(userId), bytes }], { session });
    },

    original: async (jobId: string): Promise<Buffer | undefined> => {
      const original = await Originals.findById(toObjectId(jobId)).lean();
      // The driver returns BSON's Binary.
      return original ? Buffer.from((original.bytes as unknown as { buffer: Uint8Array }).buffer) : undefined;
    },

    /** Shows a rendition. Returns false, without a change, if a newer upload has arrived. */
    async show(userId: string, rendition: Rendition, session: ClientSession): Promise<boolean> {
      const current = { ...rendition, jobId: toObjectId(rendition.jobId) };
      const newest = newestOf(userId, rendition.jobId);
      const { matchedCount } = await Avatars.updateOne(newest, { $set: { current } }, { session });
      return matchedCount === 1;
    },

    async removeOriginal(jobId: string, session: ClientSession): Promise<void> {
      const found = await Originals.findOneAndDelete({ _id: toObjectId(jobId) }, ownerOnly(session)).lean();
      if (!found) return;
      await Avatars.updateOne(newestOf(found.userId, jobId), { $unset: { waiting: 1 } }, { session });
    },

    /** Keeps an original until `until`; null: until its job has ended. @returns false if it no longer exists */
    async keepOriginal(jobId: string, until: Date | null, session: ClientSession): Promise<boolean> {
      const keep = { $set: { expiresAt: until } };
      const found = await Originals.findOneAndUpdate(
        { _id: toObjectId(jobId) },
        keep,
        ownerOnly(session),
      ).lean();
      if (!found) return false;
      const waiting = { $set: { 'waiting.until': until } };
      await Avatars.updateOne(newestOf(found.userId, jobId), waiting, { session });
      return true;
    },

    async removeAll(userId: string, session: ClientSession): Promise<void> {
      await Avatars.deleteOne({ _id: toObjectId(userId) }, { session });
      await Originals.deleteMany({ userId: toObjectId(userId) }, { session });
    },

    prepare: () => Promise.all([Avatars.createIndexes(), Originals.createIndexes(), files.prepare()]),
  };
}

const ownerOnly = (session: ClientSession) => ({ session, projection: { userId: 1 } });
