# The image by default: the API (CMD at the end) or the job worker, for which docker-compose.yml sets another command, under
# PM2 in the foreground, so that `docker exec … pm2 list` and `pm2 reload all` work.
#
# --target process: one process without PM2, for an engine that starts, replaces and stops processes itself:
#   docker build --target process -t taskfleet:process .
#   docker run … taskfleet:process                      # an API worker
#   docker run … taskfleet:process node dist/worker.js  # a job worker

FROM node:22-bookworm-slim AS base
WORKDIR /app
COPY package.json package-lock.json .npmrc ./

FROM base AS build
# Installs the development packages that the compiler reads and no others, in the versions of package-lock.json: `npm ci`
# takes ten times the disk and the time, for browsers and test tools.
RUN node -e "\
    const wanted = require('./package.json'); \
    const names = Object.keys(wanted.devDependencies).filter((name) => !/^(typescript$|@swc\/core$|@types\/)/.test(name)); \
    for (const name of names) delete wanted.devDependencies[name]; \
    fs.writeFileSync('package.json', JSON.stringify(wanted))" && npm install
COPY package.json package-lock.json tsconfig.json tsconfig.build.json ./
COPY src src
# The context has no clone to ask: docker build --build-arg TASKFLEET_COMMIT=$(git rev-parse HEAD) .
ARG TASKFLEET_COMMIT
# Seconds, for build.json and all files of the image. The same commit gives the same layers (docs/containers.md).
ARG SOURCE_DATE_EPOCH=0
RUN npm run build

FROM base AS packages
RUN npm ci --omit=dev

FROM packages AS process-packages
RUN npm uninstall --omit=dev pm2

# The files of each image below /layer, with modes and times that depend on neither the clone nor the clock: COPY keeps
# those of the clone. Packages are a layer of their own, which images of other sources share.
FROM base AS files
COPY --from=packages /app/node_modules /layer/packages/app/node_modules
COPY --from=process-packages /app/node_modules /layer/process-packages/app/node_modules
COPY --from=build /app/dist /layer/own/app/dist
COPY ecosystem.config.js package.json package-lock.json .npmrc /layer/own/app/
ARG SOURCE_DATE_EPOCH=0
# Nothing reads source maps, types, Swagger UI's builds for bundlers, and sharp for WebAssembly, which npm 10 installs beside
# the one of the platform: a third of the packages. `taskfleet migrate`, `taskfleet doctor` … are the commands of
# `npx taskfleet` that need no local stack.
RUN cd /layer && \
    rm -rf */app/node_modules/@img/sharp-wasm32 */app/node_modules/swagger-ui-dist/*-es-* own/app/dist/.tsbuildinfo && \
    find . -type f \( -name '*.map' -o -name '*.ts' -o -name '*.cts' -o -name '*.mts' \) -delete && \
    for packages in packages process-packages; do \
      ln -s ../../dist/cli.js $packages/app/node_modules/.bin/taskfleet; \
    done && \
    chmod +x own/app/dist/cli.js && chmod -R a+rX,go-w . && \
    find . -exec touch --no-dereference --date=@$SOURCE_DATE_EPOCH {} +

FROM node:22-bookworm-slim AS process
ENV NODE_ENV=production \
    TASKFLEET_CONTAINER=true \
    HOST=0.0.0.0 \
    PATH=/app/node_modules/.bin:$PATH
COPY --from=files /layer/process-packages /
COPY --from=files /layer/own /
WORKDIR /app
# The user "node" by number, so that an orchestrator can verify that it is not root.
USER 1000
# The internal port of an API worker or a job worker, which stays open to the end. A process that drains, or waits for
# MongoDB, is not ready but healthy: an engine that replaced it would lose requests, undo the drain, or replace all of them.
HEALTHCHECK --interval=5s --timeout=5s --retries=6 --start-period=30s CMD ["node", "-e", "\
    const { apiDoorPort, doorsOf, jobDoorPort } = require('./dist/config/door-ports.js'); \
    const { host, port } = doorsOf(process.env); \
    const doors = [apiDoorPort, jobDoorPort].map((portOf) => portOf(port, Number(process.env.NODE_APP_INSTANCE || 0))); \
    const started = async (door) => { if (!(await fetch(`http://${host}:${door}/health/startup`)).ok) throw door; }; \
    Promise.any(doors.map(started)).then(() => process.exit(0), () => process.exit(1))"]
CMD ["node", "dist/api.js"]

FROM node:22-bookworm-slim
# Why Node's cluster module schedules nothing: tools/local-servers/pm2.ts.
ENV NODE_ENV=production \
    TASKFLEET_CONTAINER=true \
    NODE_CLUSTER_SCHED_POLICY=none \
    HOST=0.0.0.0 \
    PM2_HOME=/home/node/.pm2 \
    PM2_APP_LOG=/dev/null \
    PATH=/app/node_modules/.bin:$PATH
COPY --from=files /layer/packages /
COPY --from=files /layer/own /
WORKDIR /app
USER 1000

# Healthy if any worker is ready: `pm2 scale` may have removed the first ones.
HEALTHCHECK --interval=5s --timeout=5s --retries=6 --start-period=30s CMD ["node", "-e", "\
    const ready = async (_, i) => { if (!(await fetch(`http://127.0.0.1:${4001 + i}/health/ready`)).ok) throw i; }; \
    Promise.any(Array.from({ length: 16 }, ready)).then(() => process.exit(0), () => process.exit(1))"]

CMD ["node", "dist/cli/in-container.js", "taskfleet-api"]
