import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import mongoose, { type Connection, type Types } from 'mongoose';

export type FileId = Types.ObjectId;

/** Stores the files of jobs in GridFS, so that any worker can serve them. */
export function createFileStore(connection: Connection, bucketName: string) {
  const bucket = new mongoose.mongo.GridFSBucket(connection.db!, { bucketName });
  const ofJob = (jobId: string) => ({ 'metadata.jobId': jobId });

  return {
    async write(name: string, bytes: Buffer, metadata: { jobId: string; userId: string }): Promise<FileId> {
      const upload = bucket.openUploadStream(name, { metadata });
      await pipeline(Readable.from([bytes]), upload);
      return upload.id;
    },

    async read(id: FileId): Promise<Buffer | undefined> {
      try {
        return await buffer(bucket.openDownloadStream(id));
      } catch (error) {
        if ((error as { code?: string }).code === 'ENOENT') return undefined;
        throw error;
      }
    },

    async removeOfJob(jobId: string, except: FileId[] = []): Promise<void> {
      const kept = new Set(except.map(String));
      for await (const file of bucket.find(ofJob(jobId))) {
        if (!kept.has(String(file._id))) await bucket.delete(file._id).catch(() => {});
      }
    },

    async removeOfUser(userId: string): Promise<void> {
      for await (const file of bucket.find({ 'metadata.userId': userId }))
        await bucket.delete(file._id).catch(() => {});
    },

    async prepare(): Promise<void> {
      const files = connection.db!.collection(`${bucketName}.files`);
      await files.createIndex({ 'metadata.jobId': 1 });
      await files.createIndex({ 'metadata.userId': 1 });
    },
  };
}
