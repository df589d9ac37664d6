/** One way only: entry → compose → app → routes → service → repository, cache, queue → infra. */
const only = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

const feature = '^src/(auth|users|tasks|avatars|jobs)/';

module.exports = {
  forbidden: [
    only('no-circular', 'Nothing imports itself by a detour', {}, { circular: true }),
    only(
      'express-in-http',
      'Express stays in app.ts, http/ and *-routes.ts',
      { path: '^src/', pathNot: '^src/(app\\.ts|http/)|-routes\\.ts$' },
      { path: 'node_modules/(express|helmet|cors|pino-http)/' },
    ),
    only(
      'mongoose-in-repositories',
      'mongoose stays in *-model.ts, *-repository.ts and infra/mongo*.ts',
      { path: '^src/', pathNot: '-(model|repository)\\.ts$|^src/infra/mongo' },
      { path: 'node_modules/mongoose/' },
    ),
    only(
      'one-file-a-client',
      'Each server and library behind it is known to one file of infra/',
      { path: '^src/', pathNot: '^src/infra/' },
      { path: 'node_modules/(ioredis|rate-limiter-flexible|amqplib|piscina|sharp|prom-client)/' },
    ),
    only(
      'infra-knows-no-feature',
      'infra/ is the lowest: it knows neither features nor HTTP',
      { path: '^src/infra/' },
      { path: `${feature}|^src/(http|cache|notices|compose|app)` },
    ),
    only(
      'http-knows-no-feature',
      'http/ knows no feature but who sends a request',
      { path: '^src/http/' },
      { path: feature, pathNot: '^src/auth/token-service' },
    ),
    only(
      'services-know-no-routes',
      'What lies below the routes knows nothing of HTTP',
      {
        path: '-(service|repository|model|cache|view)\\.ts$|^src/jobs/(job-re|job-ru|job-handler|failed-jobs|handlers/)',
      },
      { path: '^src/http/|-routes\\.ts$|^src/(app|compose|compose-worker)\\.ts$' },
    ),
    only(
      'repositories-know-no-services',
      'Repositories and caches are below the services',
      { path: '-(repository|model|cache)\\.ts$' },
      { path: '-service\\.ts$', dependencyTypesNot: ['type-only'] },
    ),
    only(
      'clients-outside',
      'What is made from the routes is for others, and never comes back into them',
      { path: '^src/' },
      { path: '^(client|contract|postman)/' },
    ),
    only(
      'composed-once',
      'Only the entries take what compose.ts made',
      { path: '^src/', pathNot: '^src/(api|worker)\\.ts$|^src/cli/' },
      { path: '^src/compose(-worker)?\\.ts$' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: 'specify',
    enhancedResolveOptions: { conditionNames: ['require', 'node', 'default'] },
  },
};
