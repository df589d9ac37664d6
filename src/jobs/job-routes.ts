import { defineRoute, type Route } from '../http/routing/route';
import type { Reply } from '../http/routing/reply';
import { idParams } from '../schemas/values';
import { jobSchema } from './job-schemas';
import type { JobService, JobView } from './job-service';

/** Answers 202 with the job's address (RFC 9110, 15.3.3). */
export const accepted = (job: JobView): Reply => ({
  status: 202,
  body: job,
  headers: { Location: `/jobs/${job._id}` },
});

export function jobRoutes(jobs: JobService): Route[] {
  return [
    defineRoute({
      id: 'getJob',
      tag: 'Jobs',
      method: 'get',
      path: '/jobs/:id',
      summary: 'Get the state and result of a job',
      access: 'user',
      params: idParams,
      uncached: true,
      responses: {
        200: {
          description: 'The job; Retry-After while it has not ended',
          body: jobSchema,
          headers: ['Retry-After'],
        },
      },
      handler: async ({ params, user }) => {
        const job = await jobs.get(params.id, user);
        const headers: Record<string, string> = job.finishedAt ? {} : { 'Retry-After': '1' };
        return { status: 200, body: job, headers };
      },
    }),
  ];
}
