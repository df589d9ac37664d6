'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const folderOfConfig = path.join(__dirname, 'dist', 'config');
const built = path.join(folderOfConfig, 'app-environment.js');
if (!fs.existsSync(built))
  throw new Error(`${built} is missing. Run: npm start (or npm run build, if you start PM2 yourself)`);
const { appVariables, workerVariables } = require(built);
// What an older build, to which a rollback leads, may lack.
const ofBuild = (...place) => {
  const file = path.join(__dirname, 'dist', ...place);
  return fs.existsSync(file) ? require(file) : {};
};
const { cores = { count: os.availableParallelism() } } = ofBuild('process', 'cores.js');
const { stopMsOf = () => 13_000 } = ofBuild('config', 'time-limits.js');
const { dataDirOf, requireConfigFile } = require(path.join(folderOfConfig, 'config-file.js'));

// What `npm start` found and chose. Without it (Docker, or PM2 by hand) the environment says everything, and the
// configuration file what the environment lacks.
const { TASKFLEET_DIR } = process.env;
const values = TASKFLEET_DIR ? {} : requireConfigFile(__dirname, process.env).values;
const folder = TASKFLEET_DIR || dataDirOf(__dirname, { ...values, ...process.env });
const stackFile = path.join(folder, 'stack.json');
const stack = fs.existsSync(stackFile) ? JSON.parse(fs.readFileSync(stackFile, 'utf8')) : {};
const chosen = stack.env ?? values;

// Every variable is set, if only to nothing: PM2's daemon keeps the environment it was first started with
// and would hand it to the apps.
const env = Object.fromEntries(appVariables.map((name) => [name, process.env[name] ?? chosen[name] ?? '']));
Object.assign(env, {
  NODE_ENV: env.NODE_ENV || 'production',
  API_WORKERS: env.API_WORKERS || String(cores.count),
  PORT: '',
  TASKFLEET_RELEASE: stack.release ?? '',
});

// Two installations under one PM2 need different names; a container has a PM2 of its own.
const prefix = (!process.env.PM2_APP_LOG && env.KEY_PREFIX) || 'taskfleet';

const common = {
  // Scripts are relative to it: PM2 hands a path with a blank to bash.
  cwd: __dirname,
  env,
  wait_ready: true,
  listen_timeout: 30_000,
  // Longer than stopMsOf in time-limits.ts, after which a process ends itself: 13 s, and what DRAIN_MS adds.
  kill_timeout: stopMsOf(Number(env.DRAIN_MS) || 0) + 2_000,
  exp_backoff_restart_delay: 100,
  max_restarts: 1e9,
  merge_logs: true,
  // The job worker's children end with it, so there is no tree to signal, and a slim image has no `ps` to find one with:
  // PM2 would then start an app twice on a reload.
  treekill: false,
  // PM2 writes files that only grow; in a container what it prints is the log.
  ...(process.env.PM2_APP_LOG && { out_file: process.env.PM2_APP_LOG, error_file: process.env.PM2_APP_LOG }),
  vizion: false,
  // PM2's own probes wrap each request, and /metrics has their figures already.
  pmx: false,
};

module.exports = {
  apps: [
    {
      ...common,
      name: `${prefix}-api`,
      script: 'dist/api.js',
      exec_mode: 'cluster',
      // A worker lives on 40 MB. Without a limit V8 lets garbage lie until a share of the machine's memory is full;
      // and with a small young generation at first, V8 takes requests under way for old ones (docs/benchmark.md).
      node_args: ['--single-threaded-gc', '--max-old-space-size=512', '--min-semi-space-size=16'],
      // Far beyond what a worker needs (180 MB under load): PM2 reloads one that leaks, before the host runs out.
      max_memory_restart: 900e6,
      // Each worker listens on BASE_PORT + its instance number. Not by PM2's increment_var: that puts all
      // of them on one port after a reload of this file.
      instances: Number(env.API_WORKERS),
    },
    {
      ...common,
      env: workerVariables(env),
      name: `${prefix}-worker`,
      script: 'dist/worker.js',
      exec_mode: 'fork',
      // Without the child that decodes pictures, which has a limit of its own.
      max_memory_restart: 600e6,
      instances: 1,
    },
  ],
};
