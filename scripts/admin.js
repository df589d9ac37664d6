'use strict';

require('./run-cli').runCli('admin');
