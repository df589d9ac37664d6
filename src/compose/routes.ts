import { authRoutes } from '../auth/auth-routes';
import type { AuthService } from '../auth/auth-service';
import { avatarRoutes } from '../avatars/avatar-routes';
import type { AvatarService } from '../avatars/avatar-service';
import type { Health } from '../health/health';
import { healthRoutes } from '../health/health-routes';
import { openApiRoutes } from '../http/openapi/routes';
import { problemRoutes } from '../http/pages/problem-routes';
import type { Route } from '../http/routing/route';
import { jobRoutes } from '../jobs/job-routes';
import type { JobService } from '../jobs/job-service';
import { taskRoutes } from '../tasks/task-routes';
import type { TaskService } from '../tasks/task-service';
import { userRoutes } from '../users/user-routes';
import type { UserService } from '../users/user-service';

export interface Services {
  auth: AuthService;
  users: UserService;
  avatars: AvatarService;
  tasks: TaskService;
  jobs: JobService;
  health: Health;
}

/** Returns every route: the API serves them, and the OpenAPI document is made from them. */
export function allRoutes({ auth, users, avatars, tasks, jobs, health }: Services): Route[] {
  const routes = [
    ...authRoutes(auth),
    ...userRoutes(users),
    ...avatarRoutes(avatars),
    ...taskRoutes(tasks),
    ...jobRoutes(jobs),
    ...healthRoutes(health),
    ...problemRoutes,
  ];
  return [...routes, ...openApiRoutes(routes)];
}
