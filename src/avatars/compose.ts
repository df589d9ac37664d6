import type { Config } from '../config';
import { imageFault } from '../infra/images/images';
import type { Mongo } from '../infra/mongo/mongo';
import type { JobRepository } from '../jobs/job-repository';
import type { NoticeRepository } from '../notices/notice-repository';
import type { AvatarRepository } from './avatar-repository';
import { createAvatarService } from './avatar-service';

type ServiceDeps = Parameters<typeof createAvatarService>[0];

interface AvatarsDeps {
  mongo: Pick<Mongo, 'transaction'>;
  avatars: AvatarRepository;
  jobs: JobRepository;
  notices: NoticeRepository;
  users: { hold: ServiceDeps['holdUser'] };
}

export const composeAvatars = (
  { uploadsWaiting, uploadsWaitingMb }: Pick<Config, 'uploadsWaiting' | 'uploadsWaitingMb'>,
  { mongo, avatars, jobs, notices, users }: AvatarsDeps,
  requireSelfOrAdmin: ServiceDeps['requireSelfOrAdmin'],
) =>
  createAvatarService({
    avatars,
    jobs,
    transaction: mongo.transaction,
    imageFault,
    requireSelfOrAdmin,
    holdUser: users.hold,
    lockUploads: (session) => notices.lock('uploads', session),
    quota: { number: uploadsWaiting, bytes: uploadsWaitingMb * 2 ** 20 },
  });
