'use strict';

const { runCli } = require('./run-cli');

void runCli('log-level');
