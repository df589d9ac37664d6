'use strict';

require('./run-cli').runCli('backup');
