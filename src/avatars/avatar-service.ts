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
import { AVATAR_SIZES, type AvatarSize } from './avatar-sizes';

export type AvatarService = ReturnType<typeof createAvatarService>;

interface AvatarServiceDeps {
  avatars: AvatarRepository;
  jobs: Pick<JobRepository, 'create' | 'byId' | 'supersede'>;
  transaction: Mongo['transaction'];
  imageFault: (bytes: Buffer) => Promise<ImageFault | undefined>;
  requireSelfOrAdmin: (userId: string, by: Principal) => void;
  /** False where there is no such user. */
  countUpload: (userId: string, session: ClientSession) => Promise<boolean>;
  /** Makes transactions that keep a picture wait for each other, so that two can't pass the quota together. */
  lockUploads: (session: ClientSession) => Promise<void>;
  /** Pictures of all users that may be kept for their jobs at a time. */
  quota: Waiting;
}

/** A job takes about a second; many that fail stay until an Admin looks at them. */
const QUOTA_RETRY_SECONDS = 60;

const tagOf = (digest: string, size: AvatarSize) => `"${digest.slice(0, 32)}-${size}"`;

/** The tag of any size stands for the picture that is shown; one that is still being made has none. */
function requirePrecondition(avatar: AvatarRecord | null, precondition: Precondition | undefined): void {
  const digest = avatar?.current?.digest;
  const tags = digest === undefined ? [] : AVATAR_SIZES.map((size) => tagOf(digest, size));
  if (precondition && !holdsForTags(precondition, tags))
    throw new PreconditionFailedError(digest && tagOf(digest, 256));
}

export function createAvatarService(deps: AvatarServiceDeps) {
  const { avatars, jobs } = deps;
  // Between workers the lock decides; within one they would only get in each other's way.
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

  /** The same bytes again, by the same person, while they are the newest: the job they have already. */
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

  /** @throws InsufficientStorageError if this picture doesn't fit beside those of all other users */
  async function requireRoom(userId: string, bytes: number, session: ClientSession): Promise<void> {
    await deps.lockUploads(session);
    const others = await avatars.waitingOfOthers(userId, session);
    if (others.number < deps.quota.number && others.bytes + bytes <= deps.quota.bytes) return;
    throw new InsufficientStorageError(
      'Too many pictures of all users wait for their jobs: this one was not kept. Send it again later.',
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
      if (!(await deps.countUpload(userId, session))) throw new NotFoundError('There is no such user.');
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
    /** Keeps the picture and asks for its sizes; resolves once that can't be lost any more. */
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
        // Two first uploads of one user at the same moment: now the other's is there to be found.
        if (!duplicateFields(error)) throw error;
        return toJob(await enqueue(userId, bytes, by, requestId, precondition));
      }
    },

    /** The bytes are read only when asked for. */
    async get(userId: string, size: AvatarSize): Promise<{ tag: string; bytes: () => Promise<Buffer> }> {
      const current = (await avatars.byUser(userId))?.current;
      const file = current?.files[size];
      if (!current || !file) throw new NotFoundError('This user has no avatar.');
      return {
        tag: tagOf(current.digest, size),
        bytes: async () => {
          const bytes = await avatars.files.read(file);
          if (!bytes) throw new NotFoundError('The avatar was replaced at this moment; ask again.');
          return bytes;
        },
      };
    },
  };
}
