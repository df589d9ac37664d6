import { z } from 'zod';
import { defineRoute, type Route } from '../http/routing/route';
import { idParams } from '../schemas/values';
import { accepted } from '../jobs/job-routes';
import { jobSchema } from '../jobs/job-schemas';
import type { AvatarService } from './avatar-service';
import { AVATAR_SIZES } from './avatar-sizes';

/** Generated clients send the first one. `image/jpg` is registered nowhere and sent by many. */
const PICTURES = ['application/octet-stream', 'image/png', 'image/jpeg', 'image/jpg', 'image/webp'];

const sizeQuery = z.strictObject({
  size: z
    .enum(AVATAR_SIZES.map(String), { error: `must be one of ${AVATAR_SIZES.join(', ')}` })
    .default('256')
    .transform((size) => Number(size) as (typeof AVATAR_SIZES)[number])
    .meta({ description: 'Pixels of a side.' }),
});

export function avatarRoutes(avatars: AvatarService): Route[] {
  return [
    defineRoute({
      id: 'putAvatar',
      tag: 'Users',
      method: 'put',
      path: '/users/:id/avatar',
      summary: 'Send a picture (PNG, JPEG or WebP, at most 5 MB); a job makes its sizes',
      description:
        "Only a user's newest picture is kept. The job of an earlier one that has not begun ends with " +
        '`"result": {"shown": false, "replacedBy": JOB}`. At most 40 million pixels, 20 million of 16 bits with transparency; ' +
        'at most 50 scans of a JPEG; of an animation the first frame counts.',
      access: 'user',
      params: idParams,
      upload: { limit: '5mb', types: PICTURES },
      conditional: 'optional',
      responses: {
        202: { description: 'The job that makes its sizes', body: jobSchema, headers: ['Location'] },
      },
      problems: [403],
      limit: 'upload',
      handler: async ({ params, body, user, requestId, precondition }) =>
        accepted(await avatars.put(params.id, body, user, requestId, precondition)),
    }),
    defineRoute({
      id: 'getAvatar',
      tag: 'Users',
      method: 'get',
      path: '/users/:id/avatar',
      summary: 'The avatar as WebP, 64, 256 or 512 pixels square',
      access: 'user',
      params: idParams,
      query: sizeQuery,
      uncached: true,
      responses: { 200: { description: 'The picture', body: null, type: 'image/webp', headers: ['ETag'] } },
      handler: async ({ params, query }) => {
        const { tag, bytes } = await avatars.get(params.id, query.size);
        return {
          status: 200,
          file: { etag: tag, type: 'image/webp', bytes },
        };
      },
    }),
  ];
}
