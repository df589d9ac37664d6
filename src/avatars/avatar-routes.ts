import { z } from 'zod';
import { defineRoute, type Route } from '../http/routing/route';
import { idParams } from '../schemas/values';
import { accepted } from '../jobs/job-routes';
import { jobSchema } from '../jobs/job-schemas';
import type { AvatarService } from './avatar-service';
import { AVATAR_SIZES } from './resize-avatar';

/** Generated clients send the first one. `image/jpg` is not registered but common. */
const PICTURES = ['application/octet-stream', 'image/png', 'image/jpeg', 'image/jpg', 'image/webp'];

const sizeQuery = z.strictObject({
  size: z
    .enum(AVATAR_SIZES.map(String), { error: `must be one of ${AVATAR_SIZES.join(', ')}` })
    .default('256')
    .transform((size) => Number(size) as (typeof AVATAR_SIZES)[number])
    .meta({ description: 'Side length in pixels.' }),
});

export function avatarRoutes(avatars: AvatarService): Route[] {
  return [
    defineRoute({
      id: 'putAvatar',
      tag: 'Users',
      method: 'put',
      path: '/users/:id/avatar',
      summary: 'Upload a picture (PNG, JPEG or WebP, at most 5 MB), which a job resizes',
      description:
        "Only a user's newest picture is kept. The job of an earlier one that has not begun ends with " +
        '`"result": {"shown": false, "replacedBy": JOB}`. At most 40 million pixels (20 million with 16 bits and transparency) ' +
        'and 50 scans of a JPEG. Only the first frame of an animation is used.',
      access: 'user',
      params: idParams,
      upload: { limit: '5mb', types: PICTURES },
      conditional: 'optional',
      responses: {
        202: { description: 'The job that resizes the picture', body: jobSchema, headers: ['Location'] },
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
      summary: 'Get the avatar as a square WebP of 64, 256 or 512 pixels',
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
