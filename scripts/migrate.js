'use strict';

require('./run-cli').runCli('migrate');
