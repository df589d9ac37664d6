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
# COPY keeps the modes of files, which depend on the umask of the clone.
RUN chmod a+r,go-w package.json package-lock.json .npmrc

FROM base AS build
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src src
# The context has no clone to ask: docker build --build-arg TASKFLEET_COMMIT=$(git rev-parse HEAD) .
ARG TASKFLEET_COMMIT
RUN npm run build && chmod +x dist/cli.js && chmod -R a+rX,go-w dist

FROM base AS packages
# `taskfleet doctor`, `taskfleet migrate` … are the commands of `npx taskfleet` that need no local stack.
RUN npm ci --omit=dev && ln -s ../../dist/cli.js node_modules/.bin/taskfleet

FROM packages AS process-packages
RUN npm uninstall --omit=dev pm2

FROM base AS process
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PATH=/app/node_modules/.bin:$PATH
COPY --from=process-packages /app/node_modules node_modules
COPY --from=build /app/dist dist
# The user "node" by number, so that an orchestrator can verify that it is not root.
USER 1000
# The internal port of an API worker or a job worker, which stays open to the end. A process that drains, or waits for
# MongoDB, is not ready but healthy: an engine that replaced it would lose requests, undo the drain, or replace all of them.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["node", "-e", "\
    const { apiDoorPort, doorsOf, jobDoorPort } = require('./dist/config/door-ports.js'); \
    const { host, port } = doorsOf(process.env); \
    const doors = [apiDoorPort, jobDoorPort].map((portOf) => portOf(port, Number(process.env.NODE_APP_INSTANCE || 0))); \
    const started = async (door) => { if (!(await fetch(`http://${host}:${door}/health/startup`)).ok) throw door; }; \
    Promise.any(doors.map(started)).then(() => process.exit(0), () => process.exit(1))"]
CMD ["node", "dist/api.js"]

FROM base
# Why Node's cluster module schedules nothing: tools/local-servers/pm2.ts.
ENV NODE_ENV=production \
    NODE_CLUSTER_SCHED_POLICY=none \
    HOST=0.0.0.0 \
    PM2_HOME=/home/node/.pm2 \
    PM2_APP_LOG=/dev/null \
    PATH=/app/node_modules/.bin:$PATH
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY ecosystem.config.js ./
RUN chmod a+r,go-w ecosystem.config.js
USER 1000

# Healthy if any worker is ready: `pm2 scale` may have removed the first ones.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["node", "-e", "\
    const ready = async (_, i) => { if (!(await fetch(`http://127.0.0.1:${4001 + i}/health/ready`)).ok) throw i; }; \
    Promise.any(Array.from({ length: 16 }, ready)).then(() => process.exit(0), () => process.exit(1))"]

CMD ["pm2-runtime", "start", "ecosystem.config.js", "--only", "taskfleet-api"]
