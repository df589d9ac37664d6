import { auditRoutes } from '../audit/audit-routes';
import type { AuditService } from '../audit/audit-service';
import { authRoutes } from '../auth/auth-routes';
import type { AuthService } from '../auth/auth-service';
import type { ConfirmPassword } from '../auth/confirm-password';
import type { CreateUser } from '../auth/create-user';
import { passwordRoutes } from '../auth/password-routes';
import type { PasswordService } from '../auth/password-service';
import { avatarRoutes } from '../avatars/avatar-routes';
import type { AvatarService } from '../avatars/avatar-service';
import type { Health } from '../health/health';
import { probeRoutes, servingRoute } from '../health/health-routes';
import { openApiRoutes } from '../http/openapi/routes';
import { docsRoutes } from '../http/pages/docs/docs-page';
import { landingRoute } from '../http/pages/landing-page';
import { problemRoutes } from '../http/pages/problem-routes';
import type { Route } from '../http/routing/route';
import { jobRoutes } from '../jobs/job-routes';
import type { JobService } from '../jobs/job-service';
import { opsRoutes, type OpsOptions } from '../ops/ops-routes';
import { scriptTokenRoutes } from '../script-tokens/script-token-routes';
import type { ScriptTokenService } from '../script-tokens/script-token-service';
import { sessionRoutes } from '../sessions/session-routes';
import type { SessionService } from '../sessions/session-service';
import { taskRoutes } from '../tasks/task-routes';
import type { TaskService } from '../tasks/task-service';
import { userRoutes } from '../users/user-routes';
import type { UserService } from '../users/user-service';

export interface Services {
  auth: AuthService;
  createUser: CreateUser;
  passwords: PasswordService;
  confirm: ConfirmPassword;
  sessions: SessionService;
  scriptTokens: ScriptTokenService;
  users: UserService;
  avatars: AvatarService;
  tasks: TaskService;
  jobs: JobService;
  auditList: AuditService;
  health: Health;
}

/** Returns the routes from which the OpenAPI document is made. */
export function documentedRoutes(services: Services): Route[] {
  const routes = [
    ...authRoutes(services.auth, services.createUser),
    ...passwordRoutes(services.passwords),
    ...sessionRoutes(services.sessions, (userId) => services.tasks.newestIdsOf(userId)),
    ...scriptTokenRoutes(services.scriptTokens),
    ...userRoutes(services.users, services.confirm),
    ...avatarRoutes(services.avatars),
    ...taskRoutes(services.tasks),
    ...jobRoutes(services.jobs),
    ...auditRoutes(services.auditList),
    ...probeRoutes(services.health),
    ...problemRoutes,
  ];
  return [...routes, ...openApiRoutes(routes)];
}

export const allRoutes = (services: Services, ops: OpsOptions): Route[] => [
  ...documentedRoutes(services),
  servingRoute(services.health),
  ...opsRoutes(ops),
  ...docsRoutes(),
  landingRoute(services.health),
];
