import { createHash } from 'node:crypto';
import type { Principal } from '../principal';
import {
  InvalidRequestError,
  NotFoundError,
  PreconditionFailedError,
  UnsupportedMediaTypeError,
} from '../errors';
import { MAX_PIXELS, type ImageFault } from '../infra/images';
import type { ClientSession, Mongo } from '../infra/mongo';
import { duplicateFields } from '../infra/mongo';
import type { JobRecord, JobRepository } from '../jobs/job-repository';
import { toJob, type JobView } from '../jobs/job-view';
import { holdsForTags, type Precondition } from '../version-tag';
import type { AvatarRecord, AvatarRepository } from './avatar-repository';
import { AVATAR_SIZES, type AvatarSize } from './avatar-sizes';

export type AvatarService = ReturnType<typeof createAvatarService>;

interface AvatarServiceDeps {
  avatars: AvatarRepository;
  jobs: Pick<JobRepository, 'create' | 'byId'>;
  transaction: Mongo['transaction'];
  imageFault: (bytes: Buffer) => Promise<ImageFault | undefined>;
  requireSelfOrAdmin: (userId: string, by: Principal) => void;
  /** False where there is no such user. */
  countUpload: (userId: string, session: ClientSession) => Promise<boolean>;
}

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

  async function requireImage(bytes: Buffer): Promise<void> {
    const fault = await deps.imageFault(bytes);
    if (fault === 'not an image') {
      throw new UnsupportedMediaTypeError('The body is not a PNG, JPEG or WebP picture.');
    }
    if (fault) throw new InvalidRequestError(`The picture has more than ${MAX_PIXELS / 1e6} million pixels.`);
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
    return { job: counts ? job : undefined, replaces: String(avatar?.current?.jobId ?? '') };
  }

  async function enqueue(
    userId: string,
    bytes: Buffer,
    by: Principal,
    requestId: string,
    precondition: Precondition | undefined,
  ): Promise<JobRecord> {
    const digest = createHash('sha256').update(bytes).digest('hex');
    return deps.transaction(async (session) => {
      if (!(await deps.countUpload(userId, session))) throw new NotFoundError('There is no such user.');
      const avatar = await avatars.byUser(userId, session);
      requirePrecondition(avatar, precondition);
      const { job, replaces } = await jobOfSameUpload(avatar, digest, by, session);
      if (job) return job;
      const payload = { userId, digest, replaces };
      const created = await jobs.create(
        { type: 'resize-avatar', payload, requestedBy: by.id, requestId },
        session,
      );
      await avatars.keepUpload({ userId, digest, jobId: String(created._id) }, bytes, session);
      return created;
    });
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
