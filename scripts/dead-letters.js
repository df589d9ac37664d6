'use strict';

const { runCli } = require('./run-cli');

void runCli('dead-letters');
