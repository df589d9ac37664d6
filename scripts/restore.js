'use strict';

require('./run-cli').runCli('restore');
