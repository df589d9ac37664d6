/** Imports go one way: entry → compose → routes → service → repository, cache, queue → infra. */
/** @type {(name: string, comment: string, from: object, to: object) => object} */
const only = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

const feature = '^src/(auth|users|tasks|avatars|jobs)/';

module.exports = {
  forbidden: [
    only('no-circular', 'Nothing imports itself by a detour', {}, { circular: true }),
    {
      ...only('no-circular-rooms', 'Folders import each other in one direction only', {}, { circular: true }),
      scope: 'folder',
    },
    only(
      'express-in-http',
      'Express runs in http/ alone; others know its types at most',
      { path: '^src/', pathNot: '^src/http/' },
      { path: 'node_modules/(express|helmet|cors)/', dependencyTypesNot: ['type-only'] },
    ),
    only(
      'mongoose-in-repositories',
      'mongoose stays in *-model.ts, *-repository.ts and infra/mongo/',
      { path: '^src/', pathNot: '-(model|repository)\\.ts$|^src/infra/mongo/' },
      { path: 'node_modules/mongoose/' },
    ),
    only(
      'clients-in-infra',
      'Each server and each heavy library is known to its place in infra/ alone',
      { path: '^src/', pathNot: '^src/infra/' },
      { path: 'node_modules/(ioredis|rate-limiter-flexible|amqplib|piscina|sharp|prom-client)/' },
    ),
    only(
      'infra-knows-no-feature',
      'infra/ is low: it knows neither features nor HTTP',
      { path: '^src/infra/' },
      { path: `${feature}|^src/(http|cache|notices|compose)/` },
    ),
    only('http-knows-no-feature', 'http/ knows no feature', { path: '^src/http/' }, { path: feature }),
    only(
      'services-know-no-routes',
      'What lies below the routes knows nothing of HTTP',
      {
        path: '-(service|repository|model|cache|view)\\.ts$|^src/jobs/(job-re|job-ru|job-handler|failed-jobs)|^src/avatars/resize',
      },
      { path: '^src/(http|compose)/|-routes\\.ts$' },
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
      'Only the entries take what compose/ made',
      { path: '^src/', pathNot: '^src/(api|worker)\\.ts$|^src/(cli|compose)/' },
      { path: '^src/compose/' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: 'specify',
    enhancedResolveOptions: { conditionNames: ['require', 'node', 'default'] },
  },
};
