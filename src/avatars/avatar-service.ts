import { createHash } from 'node:crypto';
import type { Principal } from '../people/principal';
import {
  InsufficientStorageError,
  InvalidRequestError,
  NotFoundError,
  PreconditionFailedError,
  UnsupportedMediaTypeError,
} from '../problems/errors';
import { MAX_DECODED_BYTES, MAX_PIXELS, MAX_SCANS, type ImageFault } from '../infra/images/images';
import { createFairTurns } from '../admission/turns';
import type { ClientSession, Mongo } from '../infra/mongo/mongo';
import { duplicateFields } from '../infra/mongo/mongo';
import type { JobRecord, JobRepository } from '../jobs/job-repository';
import { replacedResult, toJob, type JobView } from '../jobs/job-service';
import { holdsForTags, type Precondition } from '../lib/version-tag';
import type { AvatarRecord, AvatarRepository, Waiting } from './avatar-repository';
import { AVATAR_SIZES, type AvatarSize } from './resize-avatar';

export type AvatarService = ReturnType<typeof createAvatarService>;

interface AvatarServiceDeps {
  avatars: AvatarRepository;
  jobs: Pick<JobRepository, 'create' | 'byId' | 'supersede'>;
  transaction: Mongo['transaction'];
  imageFault: (bytes: Buffer) => Promise<ImageFault | undefined>;
  requireSelfOrAdmin: (userId: string, by: Principal) => void;
  /** Makes an upload and a removal of the user exclude each other. Returns false if there is no such user. */
  holdUser: (userId: string, session: ClientSession) => Promise<boolean>;
  /** Serializes transactions that keep a picture, so that two cannot exceed the quota together. */
  lockUploads: (session: ClientSession) => Promise<void>;
  /** Most pictures of all users that may be kept for their jobs at a time. */
  quota: Waiting;
}

/** A job takes about a second, but failed ones keep their pictures until an Admin handles them. */
const QUOTA_RETRY_SECONDS = 60;

const tagOf = (digest: string, size: AvatarSize) => `"${digest.slice(0, 32)}-${size}"`;

/** @throws PreconditionFailedError unless the precondition holds for the shown picture, whose tag may be of any size */
function requirePrecondition(avatar: AvatarRecord | null, precondition: Precondition | undefined): void {
  const digest = avatar?.current?.digest;
  const tags = digest === undefined ? [] : AVATAR_SIZES.map((size) => tagOf(digest, size));
  if (precondition && !holdsForTags(precondition, tags))
    throw new PreconditionFailedError(digest && tagOf(digest, 256));
}

export function createAvatarService(deps: AvatarServiceDeps) {
  const { avatars, jobs } = deps;
  // Between workers the lock decides; within a worker, waiting in turn avoids conflicts of transactions.
  const inTurn = createFairTurns();

  async function requireImage(bytes: Buffer): Promise<void> {
    const fault = await deps.imageFault(bytes);
    if (fault === 'not an image') {
      throw new UnsupportedMediaTypeError('The body is not a PNG, JPEG or WebP picture.');
    }
    if (fault === 'too many scans') {
      throw new InvalidRequestError(
        `The picture has too many scans: at most ${MAX_SCANS}. Save it as a plain (not progressive) JPEG.`,
      );
    }
    if (fault) {
      const million = (bytesAPixel: number) => Math.floor(MAX_DECODED_BYTES / bytesAPixel / 1e6);
      throw new InvalidRequestError(
        `The picture has too many pixels: at most ${MAX_PIXELS / 1e6} million, ` +
          `with 16 bits a channel ${million(6)} million in colour and ${million(8)} million with transparency.`,
      );
    }
  }

  /** Finds the job of the newest upload if it has the same bytes and the same requester. */
  async function jobOfSameUpload(
    avatar: AvatarRecord | null,
    digest: string,
    by: Principal,
    session: ClientSession,
  ) {
    const job =
      avatar?.upload.digest === digest ? await jobs.byId(String(avatar.upload.jobId), session) : null;
    const counts = job && job.status !== 'failed' && String(job.requestedBy) === by.id;
    return {
      job: counts ? job : undefined,
      replaces: String(avatar?.current?.jobId ?? ''),
      supersedes: avatar && String(avatar.upload.jobId),
    };
  }

  /** @throws InsufficientStorageError if this picture exceeds the quota together with those of all other users */
  async function requireRoom(userId: string, bytes: number, session: ClientSession): Promise<void> {
    await deps.lockUploads(session);
    const others = await avatars.waitingOfOthers(userId, session);
    if (others.number < deps.quota.number && others.bytes + bytes <= deps.quota.bytes) return;
    throw new InsufficientStorageError(
      'Too many pictures of all users are waiting for their jobs. This one was not stored; send it again later.',
      QUOTA_RETRY_SECONDS,
    );
  }

  async function enqueue(
    userId: string,
    bytes: Buffer,
    by: Principal,
    requestId: string,
    precondition: Precondition | undefined,
  ): Promise<JobRecord> {
    const digest = createHash('sha256').update(bytes).digest('hex');
    const keep = async (session: ClientSession) => {
      if (!(await deps.holdUser(userId, session))) throw new NotFoundError('No such user.');
      const avatar = await avatars.byUser(userId, session);
      requirePrecondition(avatar, precondition);
      const { job, replaces, supersedes } = await jobOfSameUpload(avatar, digest, by, session);
      if (job) return job;
      await requireRoom(userId, bytes.length, session);
      const payload = { userId, digest, replaces };
      const created = await jobs.create(
        { type: 'resize-avatar', payload, requestedBy: by.id, requestId },
        session,
      );
      const jobId = String(created._id);
      if (supersedes) await jobs.supersede(supersedes, replacedResult(jobId), session);
      await avatars.keepUpload({ userId, digest, jobId }, bytes, session);
      return created;
    };
    return inTurn(userId, () => deps.transaction(keep));
  }

  return {
    /** Stores the picture and its job; resolves once both are durable. */
    async put(
      userId: string,
      bytes: Buffer,
      by: Principal,
      requestId: string,
      precondition?: Precondition,
    ): Promise<JobView> {
      deps.requireSelfOrAdmin(userId, by);
      await requireImage(bytes);
      try {
        return toJob(await enqueue(userId, bytes, by, requestId, precondition));
      } catch (error) {
        // Two first uploads of one user at the same time: the second try finds the other one.
        if (!duplicateFields(error)) throw error;
        return toJob(await enqueue(userId, bytes, by, requestId, precondition));
      }
    },

    /** Returns the tag and a function that reads the bytes. */
    async get(userId: string, size: AvatarSize): Promise<{ tag: string; bytes: () => Promise<Buffer> }> {
      const current = (await avatars.byUser(userId))?.current;
      const file = current?.files[size];
      if (!current || !file) throw new NotFoundError('This user has no avatar.');
      return {
        tag: tagOf(current.digest, size),
        bytes: async () => {
          const bytes = await avatars.files.read(file);
          if (!bytes)
            throw new NotFoundError('The avatar was replaced at the same time. Send the request again.');
          return bytes;
        },
      };
    },
  };
}
