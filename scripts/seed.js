'use strict';

require('./run-cli').runCli('seed');
