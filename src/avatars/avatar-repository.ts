import type { ClientSession, Connection } from 'mongoose';
import { createFileStore, type FileId } from '../infra/mongo-files';
import { toObjectId } from '../infra/mongo';
import { avatarModel, originalModel, type AvatarRecord } from './avatar-model';

export type AvatarRepository = ReturnType<typeof createAvatarRepository>;
export type { AvatarRecord };

/** A finished avatar: its files by their size. */
export interface Rendition {
  digest: string;
  jobId: string;
  files: Record<string, FileId>;
}

export function createAvatarRepository(connection: Connection) {
  const Avatars = avatarModel(connection);
  const Originals = originalModel(connection);
  const files = createFileStore(connection, 'avatar_files');

  return {
    files,

    byUser: (userId: string, session?: ClientSession): Promise<AvatarRecord | null> =>
      Avatars.findById(toObjectId(userId), null, { session }).lean<AvatarRecord>(),

    /** Makes this upload the user's newest, and keeps its bytes for the job. */
    async keepUpload(
      { userId, digest, jobId }: { userId: string; digest: string; jobId: string },
      bytes: Buffer,
      session: ClientSession,
    ): Promise<void> {
      const upload = { digest, jobId: toObjectId(jobId) };
      await Avatars.updateOne({ _id: toObjectId(userId) }, { $set: { upload } }, { upsert: true, session });
      await Originals.create([{ _id: upload.jobId, userId: toObjectId(userId), bytes }], { session });
    },

    original: async (jobId: string): Promise<Buffer | undefined> => {
      const original = await Originals.findById(toObjectId(jobId)).lean();
      // The driver hands over BSON's Binary.
      return original ? Buffer.from((original.bytes as unknown as { buffer: Uint8Array }).buffer) : undefined;
    },

    /** False where a newer upload came meanwhile: then what is shown stays. */
    async show(userId: string, rendition: Rendition, session: ClientSession): Promise<boolean> {
      const current = { ...rendition, jobId: toObjectId(rendition.jobId) };
      const newest = { _id: toObjectId(userId), 'upload.jobId': current.jobId };
      const { matchedCount } = await Avatars.updateOne(newest, { $set: { current } }, { session });
      return matchedCount === 1;
    },

    async removeOriginal(jobId: string, session: ClientSession): Promise<void> {
      await Originals.deleteOne({ _id: toObjectId(jobId) }, { session });
    },

    async expireOriginal(jobId: string, expiresAt: Date, session: ClientSession): Promise<void> {
      await Originals.updateOne({ _id: toObjectId(jobId) }, { $set: { expiresAt } }, { session });
    },

    /** For another try; false where it is gone. */
    async keepOriginal(jobId: string, session: ClientSession): Promise<boolean> {
      const stays = { $unset: { expiresAt: 1 as const } };
      const { matchedCount } = await Originals.updateOne({ _id: toObjectId(jobId) }, stays, { session });
      return matchedCount === 1;
    },

    async removeAll(userId: string, session: ClientSession): Promise<void> {
      await Avatars.deleteOne({ _id: toObjectId(userId) }, { session });
      await Originals.deleteMany({ userId: toObjectId(userId) }, { session });
    },

    prepare: () => Promise.all([Originals.createIndexes(), files.prepare()]),
  };
}
