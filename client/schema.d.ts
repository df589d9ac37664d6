/** Made from the declarations of the routes by `npm run generate`. */

export interface paths {
  '/users': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List users with their tasks, newest first
     * @description At most 100 tasks of each user. `fields=` without `tasks` is much cheaper.
     */
    get: operations['listUsers'];
    put?: never;
    /**
     * Create a user, who sets a password by the returned token
     * @description The user cannot log in before that. Hand the token over like one of `POST /users/{id}/password-reset`, which makes a new one. A replay returns a new token.
     */
    post: operations['createUser'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/users/signup': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Sign up as a member
     * @description The role is always `worker`, whatever the body says. A replay with the present password returns a new token, of a new session. If hashing the password would wait longer than two seconds, the answer is 503 and the request had no effect: send it again with the same key.
     */
    post: operations['signUp'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/users/login': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Log in by e-mail address or user name
     * @description Keep the token, send it with each request, and renew it with `POST /users/token`: more than 30 successful log-ins in 15 minutes from one address get 429. If checking the password would wait longer than two seconds, or too many requests from one address wait, the answer is 503.
     */
    post: operations['logIn'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/users/{id}/password': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /**
     * Change your password
     * @description All other sessions of the user end, and so does the token of this request: the answer has a new one. The refresh token stays. Wrong passwords count as failed log-ins.
     */
    put: operations['changePassword'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/users/password': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /**
     * Set a new password by a reset token
     * @description All sessions of the user end. The token works once, for an hour; log in afterwards.
     */
    put: operations['resetPassword'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/users/{id}/password-reset': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Make a token with which a user can set a new password
     * @description Hand the token over yourself, or let the webhook of the installation send it (`PASSWORD_RESET_WEBHOOK`). It is bound to the present password: any change of the password ends it.
     */
    post: operations['makePasswordReset'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/users/token': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Renew the token of a session
     * @description Replaces the refresh token. The one before gives the same answer for 30 seconds, so a request without an answer can be sent again. Sent later, it has been stolen or copied: its session ends, and the answer is 401.
     */
    post: operations['renewToken'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/users/logout': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Log out: end the session of this token, or all of the user
     * @description Within a second of the answer no API worker accepts a token of an ended session. A token that an earlier release issued belongs to no session: with it, all sessions of the user end.
     */
    post: operations['logOut'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/users/me/sessions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List your sessions, the last used first
     * @description List your sessions, the last used first.
     */
    get: operations['listSessions'];
    put?: never;
    post?: never;
    /**
     * End all your sessions but this one
     * @description Tokens that an earlier release issued belong to no session and stay valid until they expire.
     */
    delete: operations['endOtherSessions'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/users/me/sessions/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /**
     * End one of your sessions
     * @description End one of your sessions.
     */
    delete: operations['endSession'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/users/{id}/tokens': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List the script tokens of a user; members only see their own
     * @description List the script tokens of a user; members only see their own.
     */
    get: operations['listScriptTokens'];
    put?: never;
    /**
     * Make a token for a script of yours
     * @description The answer has the token, which is not shown again. It has your role, until it expires or is deleted, and never allows log-out, passwords, tokens, the live page or the administration of users. At most 20 at a time.
     */
    post: operations['createScriptToken'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/users/{id}/tokens/{scriptId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /**
     * Delete a script token
     * @description Within a second of the answer no API worker accepts it.
     */
    delete: operations['deleteScriptToken'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/users/me': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get the user of this token
     * @description The same answer, with the same tag, as `GET /users/{id}` with your own id.
     */
    get: operations['getMe'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/users/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get a user; members may only get themselves
     * @description Get a user; members may only get themselves.
     */
    get: operations['getUser'];
    put?: never;
    post?: never;
    /**
     * Remove a user and unassign their tasks
     * @description Removing yourself needs `currentPassword` in the body. The last enabled Admin cannot be removed. After the answer no API worker accepts a token of the user.
     */
    delete: operations['deleteUser'];
    options?: never;
    head?: never;
    /**
     * Update a user; members may only update themselves
     * @description A JSON merge patch (RFC 7396): other fields stay as they are. No field can be null. An Admin may change `role` and `disabled` of other users, which ends their sessions and tokens; the last enabled Admin stays. A disabled user is refused like a wrong password, and keeps their tasks. A new e-mail address or user name of your own needs `currentPassword`, whose failures count as failed log-ins, and counts towards the limit of sign-ups, since the answer reveals whether it is taken.
     */
    patch: operations['patchUser'];
    trace?: never;
  };
  '/users/{id}/avatar': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get the avatar as a square WebP of 64, 256 or 512 pixels
     * @description Get the avatar as a square WebP of 64, 256 or 512 pixels.
     */
    get: operations['getAvatar'];
    /**
     * Upload a picture (PNG, JPEG or WebP, at most 5 MB), which a job resizes
     * @description Only a user's newest picture is kept. The job of an earlier one that has not begun ends with `"result": {"shown": false, "replacedBy": JOB}`. At most 40 million pixels (20 million with 16 bits and transparency) and 50 scans of a JPEG. Only the first frame of an animation is used.
     */
    put: operations['putAvatar'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/tasks': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List tasks, newest first; members only see their own
     * @description docs/api.md lists the supported combinations of filters; another one is refused with the nearest supported one. Follow the Link header to other pages.
     */
    get: operations['listTasks'];
    put?: never;
    /**
     * Create a task
     * @description Create a task.
     */
    post: operations['createTask'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/tasks/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get a task
     * @description Get a task.
     */
    get: operations['getTask'];
    /**
     * Update the given fields; members may only change the status of their own tasks
     * @description Other fields stay as they are. A status moves `to Do` ⇄ `Doing` → `Done`; only Admins reopen a task. A 409 names the allowed moves.
     */
    put: operations['updateTask'];
    post?: never;
    /**
     * Remove a task
     * @description Remove a task.
     */
    delete: operations['deleteTask'];
    options?: never;
    head?: never;
    /**
     * Update a task by a JSON merge patch (RFC 7396)
     * @description Other fields stay as they are; null resets a field to the default of a new task. A status moves `to Do` ⇄ `Doing` → `Done`; only Admins reopen a task. A 409 names the allowed moves.
     */
    patch: operations['patchTask'];
    trace?: never;
  };
  '/jobs/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get the state and result of a job
     * @description Get the state and result of a job.
     */
    get: operations['getJob'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/audit': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List security events, newest first
     * @description Log-ins, failed ones too, and what was done to accounts in the last 400 days. An event is recorded in the transaction of what was done; a failed log-in can appear a moment later. Passwords, tokens and the names of failed log-ins are not recorded.
     */
    get: operations['listAudit'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/health/live': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Check that the process runs
     * @description Check that the process runs.
     */
    get: operations['getLive'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/health/ready': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Check that the API can serve requests
     * @description Check that the API can serve requests.
     */
    get: operations['getReady'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/health/startup': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Check that the API has started
     * @description Check that the API has started.
     */
    get: operations['getStartup'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/problems/{name}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Explain a problem type, as an HTML page
     * @description Explain a problem type, as an HTML page.
     */
    get: operations['getProblem'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/openapi.json': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get the OpenAPI document
     * @description Get the OpenAPI document.
     */
    get: operations['getOpenApi'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    /**
     * @example {
     *       "name": "Grace Hopper",
     *       "email": "grace@example.com",
     *       "username": "grace",
     *       "role": "worker"
     *     }
     */
    AddedUser: {
      /** @description One line of text without control characters and U+202A to U+202E; at least one character is visible. */
      name: string;
      /**
       * Format: email
       * @description ASCII; a domain in another script as xn--…, with labels of up to 63 characters.
       */
      email: string;
      username: string;
      /** @default worker */
      role: components['schemas']['Role'];
      /** @description Set by the server; ignored. */
      disabled?: unknown;
      /** @description Set by the server; ignored. */
      _id?: unknown;
      /** @description Set by the server; ignored. */
      tasks?: unknown;
      /** @description Set by the server; ignored. */
      createdAt?: unknown;
      /** @description Set by the server; ignored. */
      updatedAt?: unknown;
    };
    /** @enum {string} */
    Role: 'Admin' | 'worker';
    /**
     * @example {
     *       "name": "Ada Lovelace",
     *       "email": "ada@example.com",
     *       "username": "ada",
     *       "password": "correct horse"
     *     }
     */
    NewUser: {
      /** @description One line of text without control characters and U+202A to U+202E; at least one character is visible. */
      name: string;
      /**
       * Format: email
       * @description ASCII; a domain in another script as xn--…, with labels of up to 63 characters.
       */
      email: string;
      username: string;
      /**
       * Format: password
       * @description Counted and compared as composed characters (Unicode NFC, RFC 8265). The commonest passwords are refused, and those that contain a name of the user.
       * @example correct horse
       */
      password: string;
      /** @description Set by the server; ignored. */
      role?: unknown;
      /** @description Set by the server; ignored. */
      disabled?: unknown;
      /** @description Set by the server; ignored. */
      _id?: unknown;
      /** @description Set by the server; ignored. */
      tasks?: unknown;
      /** @description Set by the server; ignored. */
      createdAt?: unknown;
      /** @description Set by the server; ignored. */
      updatedAt?: unknown;
    };
    /**
     * @example {
     *       "email": "ada@example.com",
     *       "password": "correct horse"
     *     }
     */
    LogIn: {
      email?: string;
      username?: string;
      /** Format: password */
      password: string;
    };
    /**
     * @example {
     *       "currentPassword": "correct horse",
     *       "newPassword": "battery staple"
     *     }
     */
    PasswordChange: {
      /** Format: password */
      currentPassword: string;
      /**
       * Format: password
       * @description Counted and compared as composed characters (Unicode NFC, RFC 8265). The commonest passwords are refused, and those that contain a name of the user.
       * @example correct horse
       */
      newPassword: string;
    };
    /**
     * @example {
     *       "resetToken": "tfp_665f1c2ab7e4d83f90a1b2c4_mi8f3k2a_q2bKx0m3vJ8yQd4sT1wZr7uN5cF9hLpG6aXeViBoYtE",
     *       "newPassword": "battery staple"
     *     }
     */
    NewPassword: {
      resetToken: string;
      /**
       * Format: password
       * @description Counted and compared as composed characters (Unicode NFC, RFC 8265). The commonest passwords are refused, and those that contain a name of the user.
       * @example correct horse
       */
      newPassword: string;
    };
    /**
     * @example {
     *       "refreshToken": "tfr_b07d5e81c2a94f6310de88f5_q2bKx0m3vJ8yQd4sT1wZr7uN5cF9hLpG6aXeViBoYtE"
     *     }
     */
    Renewal: {
      refreshToken: string;
    };
    /**
     * @example {
     *       "all": false
     *     }
     */
    LogOut: {
      /**
       * @description Ends all sessions and tokens of the user.
       * @default false
       */
      all: boolean;
    };
    /**
     * @example {
     *       "name": "Nightly export",
     *       "access": "read",
     *       "expiresAt": "2027-01-31"
     *     }
     */
    NewScriptToken: {
      /** @description One line of text without control characters and U+202A to U+202E; at least one character is visible. */
      name: string;
      /** @description `read` allows only GET and HEAD. */
      access: components['schemas']['ScriptTokenAccess'];
      /** @description At most a year from now. */
      expiresAt: string;
    };
    /** @enum {string} */
    ScriptTokenAccess: 'read' | 'write';
    /**
     * @example {
     *       "name": "Ada King"
     *     }
     */
    UserPatch: {
      /** @description One line of text without control characters and U+202A to U+202E; at least one character is visible. */
      name?: string;
      /**
       * Format: email
       * @description ASCII; a domain in another script as xn--…, with labels of up to 63 characters.
       */
      email?: string;
      username?: string;
      /** @description Set by the server; ignored. */
      _id?: unknown;
      /** @description Set by the server; ignored. */
      tasks?: unknown;
      /** @description Set by the server; ignored. */
      createdAt?: unknown;
      /** @description Set by the server; ignored. */
      updatedAt?: unknown;
      role?: components['schemas']['Role'];
      disabled?: boolean;
      /**
       * Format: password
       * @description Needed to change your own `email` or `username`.
       */
      currentPassword?: string;
    };
    /**
     * @example {
     *       "currentPassword": "correct horse"
     *     }
     */
    UserRemoval: {
      /**
       * Format: password
       * @description Needed to remove yourself.
       */
      currentPassword?: string;
    };
    /** @enum {string} */
    TaskPriority: 'low' | 'normal' | 'high' | 'urgent';
    /**
     * @example {
     *       "title": "Paint the fence",
     *       "description": "Both sides, green.",
     *       "priority": "normal",
     *       "labels": [
     *         "garden"
     *       ],
     *       "deadline": "2027-05-01"
     *     }
     */
    NewTask: {
      /** @description One line of text without control characters and U+202A to U+202E; at least one character is visible. */
      title: string;
      /** @description Text of one or more lines without control characters and U+202A to U+202E. */
      description?: string;
      status?: components['schemas']['TaskStatus'];
      priority?: components['schemas']['TaskPriority'];
      labels?: string[];
      position?: number;
      assignedTo?: (string | components['schemas']['Assignee']) | null;
      deadline?: string | null;
      /** @description Set by the server; ignored. */
      _id?: unknown;
      /** @description Set by the server; ignored. */
      createdAt?: unknown;
      /** @description Set by the server; ignored. */
      updatedAt?: unknown;
    };
    /** @enum {string} */
    TaskStatus: 'to Do' | 'Doing' | 'Done';
    /** @description An assignee as in an answer; only `_id` counts. */
    Assignee: {
      /** @example 665f1c2ab7e4d83f90a1b2c3 */
      _id: string;
    } & {
      [key: string]: unknown;
    };
    /**
     * @example {
     *       "status": "Doing"
     *     }
     */
    TaskChanges: {
      /** @description One line of text without control characters and U+202A to U+202E; at least one character is visible. */
      title?: string;
      /** @description Text of one or more lines without control characters and U+202A to U+202E. */
      description?: string;
      status?: components['schemas']['TaskStatus'];
      priority?: components['schemas']['TaskPriority'];
      labels?: string[];
      position?: number;
      assignedTo?: (string | components['schemas']['Assignee']) | null;
      deadline?: string | null;
      /** @description Set by the server; ignored. */
      _id?: unknown;
      /** @description Set by the server; ignored. */
      createdAt?: unknown;
      /** @description Set by the server; ignored. */
      updatedAt?: unknown;
    };
    /**
     * @example {
     *       "priority": "high",
     *       "deadline": null
     *     }
     */
    TaskPatch: {
      /** @description One line of text without control characters and U+202A to U+202E; at least one character is visible. */
      title?: string;
      description?: string | null;
      status?: components['schemas']['TaskStatus'];
      priority?: components['schemas']['TaskPriority'] | null;
      labels?: string[] | null;
      position?: number | null;
      assignedTo?: (string | components['schemas']['Assignee']) | null;
      deadline?: string | null;
      /** @description Set by the server; ignored. */
      _id?: unknown;
      /** @description Set by the server; ignored. */
      createdAt?: unknown;
      /** @description Set by the server; ignored. */
      updatedAt?: unknown;
    };
    /**
     * @example {
     *       "type": "/problems/not-found",
     *       "title": "Not found",
     *       "status": 404,
     *       "detail": "There is no such task, or it is not yours.",
     *       "requestId": "5b0f1c2ab7e4d83f90a1b2c3d4e5f607"
     *     }
     */
    Problem: {
      /** @description The address of a page that says what happened and what to do. */
      type: string;
      title: string;
      /** Format: int32 */
      status: number;
      /** @description What happened this time, for people. */
      detail: string;
      /** @description Finds the request in the log. */
      requestId: string;
      /** @description Each place of a request that is not valid. */
      errors?: components['schemas']['FieldError'][];
    };
    FieldError: {
      path: string;
      message: string;
    };
    /**
     * @example {
     *       "user": {
     *         "_id": "665f1c2ab7e4d83f90a1b2c4",
     *         "name": "Ada Lovelace",
     *         "email": "ada@example.com",
     *         "username": "ada",
     *         "role": "worker",
     *         "createdAt": "2026-11-22T09:00:00.000Z",
     *         "updatedAt": "2026-11-22T09:00:00.000Z",
     *         "disabled": false,
     *         "tasks": [
     *           "665f1c2ab7e4d83f90a1b2c3"
     *         ]
     *       },
     *       "resetToken": "tfp_665f1c2ab7e4d83f90a1b2c4_mi8f3k2a_q2bKx0m3vJ8yQd4sT1wZr7uN5cF9hLpG6aXeViBoYtE",
     *       "expiresAt": "2026-11-22T10:30:00.000Z",
     *       "isNotified": false
     *     }
     */
    CreatedUser: {
      /** @description For `PUT /users/password`, once. It is shown only here. */
      resetToken: string;
      /**
       * Format: date-time
       * @description An hour from now.
       * @example 2026-11-22T09:30:00.000Z
       */
      expiresAt: string;
      /** @description Whether the webhook of the installation has accepted the token; false without one. */
      isNotified: boolean;
      user: components['schemas']['User'];
    };
    /**
     * @example {
     *       "_id": "665f1c2ab7e4d83f90a1b2c4",
     *       "name": "Ada Lovelace",
     *       "email": "ada@example.com",
     *       "username": "ada",
     *       "role": "worker",
     *       "createdAt": "2026-11-22T09:00:00.000Z",
     *       "updatedAt": "2026-11-22T09:00:00.000Z",
     *       "disabled": false,
     *       "tasks": [
     *         "665f1c2ab7e4d83f90a1b2c3"
     *       ]
     *     }
     */
    User: {
      /** @example 665f1c2ab7e4d83f90a1b2c3 */
      _id: string;
      name: string;
      email: string;
      username: string;
      role: components['schemas']['Role'];
      /**
       * Format: date-time
       * @example 2026-11-22T09:30:00.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @example 2026-11-22T09:30:00.000Z
       */
      updatedAt: string;
      /** @description Whether log-ins and tokens of the user are refused. */
      disabled: boolean;
      tasks: string[];
    };
    /**
     * @example {
     *       "_id": "665f1c2ab7e4d83f90a1b2c4",
     *       "name": "Ada Lovelace",
     *       "email": "ada@example.com",
     *       "username": "ada",
     *       "role": "worker",
     *       "createdAt": "2026-11-22T09:00:00.000Z",
     *       "updatedAt": "2026-11-22T09:00:00.000Z",
     *       "disabled": false,
     *       "tasks": []
     *     }
     */
    UserWithTasks: {
      /** @example 665f1c2ab7e4d83f90a1b2c3 */
      _id: string;
      name: string;
      email: string;
      username: string;
      role: components['schemas']['Role'];
      /**
       * Format: date-time
       * @example 2026-11-22T09:30:00.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @example 2026-11-22T09:30:00.000Z
       */
      updatedAt: string;
      /** @description Whether log-ins and tokens of the user are refused. */
      disabled: boolean;
      tasks: components['schemas']['Task'][];
    };
    /**
     * @example {
     *       "_id": "665f1c2ab7e4d83f90a1b2c3",
     *       "title": "Paint the fence",
     *       "description": "Both sides, green.",
     *       "status": "to Do",
     *       "priority": "normal",
     *       "labels": [
     *         "garden"
     *       ],
     *       "position": 1795340000000,
     *       "assignedTo": null,
     *       "deadline": "2027-05-01T00:00:00.000Z",
     *       "createdAt": "2026-11-22T09:30:00.000Z",
     *       "updatedAt": "2026-11-22T09:30:00.000Z"
     *     }
     */
    Task: {
      /** @example 665f1c2ab7e4d83f90a1b2c3 */
      _id: string;
      title: string;
      description: string;
      status: components['schemas']['TaskStatus'];
      priority: components['schemas']['TaskPriority'];
      labels: string[];
      /** @description Position among other tasks, set by clients. */
      position: number;
      assignedTo: components['schemas']['Person'] | null;
      deadline: string | null;
      /**
       * Format: date-time
       * @example 2026-11-22T09:30:00.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @example 2026-11-22T09:30:00.000Z
       */
      updatedAt: string;
    };
    /**
     * @example {
     *       "_id": "665f1c2ab7e4d83f90a1b2c4",
     *       "name": "Ada Lovelace",
     *       "email": "ada@example.com",
     *       "username": "ada",
     *       "role": "worker",
     *       "createdAt": "2026-11-22T09:00:00.000Z",
     *       "updatedAt": "2026-11-22T09:00:00.000Z"
     *     }
     */
    Person: {
      /** @example 665f1c2ab7e4d83f90a1b2c3 */
      _id: string;
      name: string;
      email: string;
      username: string;
      role: components['schemas']['Role'];
      /**
       * Format: date-time
       * @example 2026-11-22T09:30:00.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @example 2026-11-22T09:30:00.000Z
       */
      updatedAt: string;
    };
    UserPart: {
      /** @example 665f1c2ab7e4d83f90a1b2c3 */
      _id: string;
      name?: string;
      email?: string;
      username?: string;
      role?: components['schemas']['Role'];
      /**
       * Format: date-time
       * @example 2026-11-22T09:30:00.000Z
       */
      createdAt?: string;
      /**
       * Format: date-time
       * @example 2026-11-22T09:30:00.000Z
       */
      updatedAt?: string;
      /** @description Whether log-ins and tokens of the user are refused. */
      disabled?: boolean;
      tasks?: components['schemas']['Task'][];
    };
    /**
     * @example {
     *       "token": "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoid29ya2VyIn0.c2lnbmF0dXJl",
     *       "expiresAt": "2026-11-22T10:30:00.000Z",
     *       "refreshToken": "tfr_b07d5e81c2a94f6310de88f5_q2bKx0m3vJ8yQd4sT1wZr7uN5cF9hLpG6aXeViBoYtE",
     *       "user": {
     *         "_id": "665f1c2ab7e4d83f90a1b2c4",
     *         "name": "Ada Lovelace",
     *         "email": "ada@example.com",
     *         "username": "ada",
     *         "role": "worker",
     *         "createdAt": "2026-11-22T09:00:00.000Z",
     *         "updatedAt": "2026-11-22T09:00:00.000Z",
     *         "disabled": false,
     *         "tasks": [
     *           "665f1c2ab7e4d83f90a1b2c3"
     *         ]
     *       }
     *     }
     */
    Session: {
      /** @description For `Authorization: Bearer TOKEN`, until it expires. */
      token: string;
      /**
       * Format: date-time
       * @description When `token` expires. Renew it before.
       * @example 2026-11-22T10:30:00.000Z
       */
      expiresAt: string;
      /** @description For `POST /users/token`, which replaces it. Keep it secret. */
      refreshToken: string;
      user: components['schemas']['User'];
    };
    /**
     * @example {
     *       "token": "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoid29ya2VyIn0.c2lnbmF0dXJl",
     *       "expiresAt": "2026-11-22T10:30:00.000Z"
     *     }
     */
    AccessToken: {
      /** @description For `Authorization: Bearer TOKEN`, until it expires. */
      token: string;
      /**
       * Format: date-time
       * @description When `token` expires. Renew it before.
       * @example 2026-11-22T10:30:00.000Z
       */
      expiresAt: string;
    };
    /**
     * @example {
     *       "resetToken": "tfp_665f1c2ab7e4d83f90a1b2c4_mi8f3k2a_q2bKx0m3vJ8yQd4sT1wZr7uN5cF9hLpG6aXeViBoYtE",
     *       "expiresAt": "2026-11-22T10:30:00.000Z",
     *       "isNotified": false
     *     }
     */
    PasswordReset: {
      /** @description For `PUT /users/password`, once. It is shown only here. */
      resetToken: string;
      /**
       * Format: date-time
       * @description An hour from now.
       * @example 2026-11-22T09:30:00.000Z
       */
      expiresAt: string;
      /** @description Whether the webhook of the installation has accepted the token; false without one. */
      isNotified: boolean;
    };
    /**
     * @example {
     *       "_id": "3f9c2ab7e4d83f90a1b2c3d4",
     *       "device": "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0",
     *       "network": "203.0.113.7",
     *       "createdAt": "2026-11-22T09:30:00.000Z",
     *       "lastUsedAt": "2026-11-22T09:30:00.000Z",
     *       "expiresAt": "2026-12-22T09:30:00.000Z",
     *       "isCurrent": true
     *     }
     */
    ActiveSession: {
      /** @example 665f1c2ab7e4d83f90a1b2c3 */
      _id: string;
      /** @description `User-Agent` of the last log-in or renewal. */
      device: string;
      /** @description IPv4 address, or /64 of the IPv6 address, of the last log-in or renewal. */
      network: string;
      /**
       * Format: date-time
       * @example 2026-11-22T09:30:00.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @description The last log-in or renewal.
       * @example 2026-11-22T09:30:00.000Z
       */
      lastUsedAt: string;
      /**
       * Format: date-time
       * @description When the session ends if it is not renewed.
       * @example 2026-11-22T09:30:00.000Z
       */
      expiresAt: string;
      /** @description Whether it is the session of this request. */
      isCurrent: boolean;
    };
    /**
     * @example {
     *       "_id": "665f1c2ab7e4d83f90a1b2c8",
     *       "name": "Nightly export",
     *       "access": "read",
     *       "lastFour": "4xQz",
     *       "createdAt": "2026-11-22T09:30:00.000Z",
     *       "expiresAt": "2027-01-31T00:00:00.000Z",
     *       "lastUsedAt": null,
     *       "token": "tft_J2sV9qLr0XbT5nKe8YwCm3ZdHf6Pg11a4xQz"
     *     }
     */
    MadeScriptToken: {
      /** @example 665f1c2ab7e4d83f90a1b2c3 */
      _id: string;
      name: string;
      access: components['schemas']['ScriptTokenAccess'];
      /** @description The end of the token, by which its owner knows it. */
      lastFour: string;
      /**
       * Format: date-time
       * @example 2026-11-22T09:30:00.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @example 2026-11-22T09:30:00.000Z
       */
      expiresAt: string;
      /** @description Noted at most once a minute. */
      lastUsedAt: string | null;
      /** @description For `Authorization: Bearer TOKEN`. It is shown only here. */
      token: string;
    };
    /**
     * @example {
     *       "_id": "665f1c2ab7e4d83f90a1b2c8",
     *       "name": "Nightly export",
     *       "access": "read",
     *       "lastFour": "4xQz",
     *       "createdAt": "2026-11-22T09:30:00.000Z",
     *       "expiresAt": "2027-01-31T00:00:00.000Z",
     *       "lastUsedAt": null
     *     }
     */
    ScriptToken: {
      /** @example 665f1c2ab7e4d83f90a1b2c3 */
      _id: string;
      name: string;
      access: components['schemas']['ScriptTokenAccess'];
      /** @description The end of the token, by which its owner knows it. */
      lastFour: string;
      /**
       * Format: date-time
       * @example 2026-11-22T09:30:00.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @example 2026-11-22T09:30:00.000Z
       */
      expiresAt: string;
      /** @description Noted at most once a minute. */
      lastUsedAt: string | null;
    };
    /**
     * @example {
     *       "_id": "665f1c2ab7e4d83f90a1b2c5",
     *       "type": "resize-avatar",
     *       "status": "done",
     *       "attempts": 1,
     *       "result": {
     *         "shown": true
     *       },
     *       "error": null,
     *       "createdAt": "2026-11-22T09:30:00.000Z",
     *       "startedAt": "2026-11-22T09:30:00.100Z",
     *       "finishedAt": "2026-11-22T09:30:00.400Z"
     *     }
     */
    Job: {
      /** @example 665f1c2ab7e4d83f90a1b2c3 */
      _id: string;
      type: string;
      status: components['schemas']['JobStatus'];
      /**
       * Format: int32
       * @description Number of attempts begun.
       */
      attempts: number;
      result: {
        [key: string]: unknown;
      } | null;
      /** @description Why the job failed. */
      error: string | null;
      /**
       * Format: date-time
       * @example 2026-11-22T09:30:00.000Z
       */
      createdAt: string;
      startedAt: string | null;
      finishedAt: string | null;
    };
    /** @enum {string} */
    JobStatus: 'queued' | 'running' | 'done' | 'failed';
    TaskPart: {
      /** @example 665f1c2ab7e4d83f90a1b2c3 */
      _id: string;
      title?: string;
      description?: string;
      status?: components['schemas']['TaskStatus'];
      priority?: components['schemas']['TaskPriority'];
      labels?: string[];
      /** @description Position among other tasks, set by clients. */
      position?: number;
      assignedTo?: components['schemas']['Person'] | null;
      deadline?: string | null;
      /**
       * Format: date-time
       * @example 2026-11-22T09:30:00.000Z
       */
      createdAt?: string;
      /**
       * Format: date-time
       * @example 2026-11-22T09:30:00.000Z
       */
      updatedAt?: string;
    };
    /**
     * @example {
     *       "_id": "665f1c2ab7e4d83f90a1b2c6",
     *       "action": "role-changed",
     *       "outcome": "done",
     *       "actor": "665f1c2ab7e4d83f90a1b2c4",
     *       "sessionId": "665f1c2ab7e4d83f90a1b2c7",
     *       "scriptTokenId": null,
     *       "target": "665f1c2ab7e4d83f90a1b2c3",
     *       "detail": "worker to Admin",
     *       "network": "203.0.113.7",
     *       "requestId": "5b0f1c2ab7e4d83f90a1b2c3d4e5f607",
     *       "createdAt": "2026-11-22T09:30:00.000Z"
     *     }
     */
    AuditEntry: {
      /** @example 665f1c2ab7e4d83f90a1b2c3 */
      _id: string;
      /** @description What was done: sign-up, log-in, log-out, session-ended, refresh-token-replayed, login-names-changed, password-changed, password-reset-issued, password-reset, user-created, user-removed, role-changed, user-disabled, user-enabled, script-token-created, script-token-deleted, worker-drained, worker-resumed. There may be more later. */
      action: string;
      outcome: components['schemas']['AuditOutcome'];
      /** @description Id of the user who did it; null for a failed log-in and for a command. */
      actor: string | null;
      /** @description The session in which it was done. */
      sessionId: string | null;
      /** @description The script token with which it was done. */
      scriptTokenId: string | null;
      /** @description Id of the user to whom it happened. */
      target: string | null;
      /** @description More about it, for people. */
      detail: string | null;
      /** @description IPv4 address, or /64 of the IPv6 address, of the client; null for a command. */
      network: string | null;
      /** @description Finds the request in the log; null for a command. */
      requestId: string | null;
      /**
       * Format: date-time
       * @example 2026-11-22T09:30:00.000Z
       */
      createdAt: string;
    };
    /** @enum {string} */
    AuditOutcome: 'done' | 'refused';
    AuditEntryPart: {
      /** @example 665f1c2ab7e4d83f90a1b2c3 */
      _id: string;
      /** @description What was done: sign-up, log-in, log-out, session-ended, refresh-token-replayed, login-names-changed, password-changed, password-reset-issued, password-reset, user-created, user-removed, role-changed, user-disabled, user-enabled, script-token-created, script-token-deleted, worker-drained, worker-resumed. There may be more later. */
      action?: string;
      outcome?: components['schemas']['AuditOutcome'];
      /** @description Id of the user who did it; null for a failed log-in and for a command. */
      actor?: string | null;
      /** @description The session in which it was done. */
      sessionId?: string | null;
      /** @description The script token with which it was done. */
      scriptTokenId?: string | null;
      /** @description Id of the user to whom it happened. */
      target?: string | null;
      /** @description More about it, for people. */
      detail?: string | null;
      /** @description IPv4 address, or /64 of the IPv6 address, of the client; null for a command. */
      network?: string | null;
      /** @description Finds the request in the log; null for a command. */
      requestId?: string | null;
      /**
       * Format: date-time
       * @example 2026-11-22T09:30:00.000Z
       */
      createdAt?: string;
    };
    /**
     * @example {
     *       "status": "ok",
     *       "version": "0.1.0",
     *       "commit": "1f0c2b7",
     *       "contract": "1.0.0"
     *     }
     */
    Live: {
      /** @constant */
      status: 'ok';
      /** @description Version of the software */
      version: string;
      /** @description Commit that it was built from; `unknown` if the build does not say */
      commit: string;
      /** @description Version of the API's contract: `info.version` of this document */
      contract: string;
    };
    /**
     * @example {
     *       "status": "ok"
     *     }
     */
    Health: {
      /** @constant */
      status: 'ok';
    };
  };
  responses: {
    /** @description Not modified */
    NotModified: {
      headers: {
        ETag: components['headers']['ETag'];
        'X-Request-Id': components['headers']['X-Request-Id'];
        [name: string]: unknown;
      };
      content?: never;
    };
    /** @description Invalid request: A part of the request (path, query, header or body) is not valid for this route; errors lists each fault. Or: Unsupported combination: Each filter and the sort is supported, but not their combination: no index would answer it quickly. */
    InvalidRequest: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        RateLimit: components['headers']['RateLimit'];
        'RateLimit-Policy': components['headers']['RateLimit-Policy'];
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/problems/invalid-request",
         *       "title": "Invalid request",
         *       "status": 400,
         *       "detail": "A part of the request (path, query, header or body) is not valid for this route; errors lists each fault.",
         *       "requestId": "5b0f1c2ab7e4d83f90a1b2c3d4e5f607"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description Unauthorized: The token is missing, has expired or belongs to a deleted user, or the credentials of a log-in are wrong. */
    Unauthenticated: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        RateLimit: components['headers']['RateLimit'];
        'RateLimit-Policy': components['headers']['RateLimit-Policy'];
        'WWW-Authenticate': components['headers']['WWW-Authenticate'];
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/problems/unauthenticated",
         *       "title": "Unauthorized",
         *       "status": 401,
         *       "detail": "The token is missing, has expired or belongs to a deleted user, or the credentials of a log-in are wrong.",
         *       "requestId": "5b0f1c2ab7e4d83f90a1b2c3d4e5f607"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description Forbidden: Your role does not allow this. Or: Password required: A change of how a user logs in, or the removal of oneself, needs the present password. Or: HTTPS required: The request came over plain HTTP to a port that only redirects GET and HEAD to HTTPS. It had no effect. */
    Forbidden: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        RateLimit: components['headers']['RateLimit'];
        'RateLimit-Policy': components['headers']['RateLimit-Policy'];
        'WWW-Authenticate': components['headers']['WWW-Authenticate'];
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/problems/forbidden",
         *       "title": "Forbidden",
         *       "status": 403,
         *       "detail": "Your role does not allow this.",
         *       "requestId": "5b0f1c2ab7e4d83f90a1b2c3d4e5f607"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description Not found: Nothing exists at this address, or you may not see it. */
    NotFound: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        RateLimit: components['headers']['RateLimit'];
        'RateLimit-Policy': components['headers']['RateLimit-Policy'];
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/problems/not-found",
         *       "title": "Not found",
         *       "status": 404,
         *       "detail": "Nothing exists at this address, or you may not see it.",
         *       "requestId": "5b0f1c2ab7e4d83f90a1b2c3d4e5f607"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description Method not allowed: The address exists, but does not support this method. */
    MethodNotAllowed: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        RateLimit: components['headers']['RateLimit'];
        'RateLimit-Policy': components['headers']['RateLimit-Policy'];
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/problems/method-not-allowed",
         *       "title": "Method not allowed",
         *       "status": 405,
         *       "detail": "The address exists, but does not support this method.",
         *       "requestId": "5b0f1c2ab7e4d83f90a1b2c3d4e5f607"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description Not acceptable: The Accept header excludes every type that this route returns. */
    NotAcceptable: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        RateLimit: components['headers']['RateLimit'];
        'RateLimit-Policy': components['headers']['RateLimit-Policy'];
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/problems/not-acceptable",
         *       "title": "Not acceptable",
         *       "status": 406,
         *       "detail": "The Accept header excludes every type that this route returns.",
         *       "requestId": "5b0f1c2ab7e4d83f90a1b2c3d4e5f607"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description Request timeout: The request took too long to arrive. */
    RequestTimeout: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        RateLimit: components['headers']['RateLimit'];
        'RateLimit-Policy': components['headers']['RateLimit-Policy'];
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/problems/request-timeout",
         *       "title": "Request timeout",
         *       "status": 408,
         *       "detail": "The request took too long to arrive.",
         *       "requestId": "5b0f1c2ab7e4d83f90a1b2c3d4e5f607"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description Conflict: The current state does not allow this change: the name is taken, or the status can not be moved that way. Or: Request in progress: A request with this Idempotency-Key is still being processed. */
    Conflict: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        RateLimit: components['headers']['RateLimit'];
        'RateLimit-Policy': components['headers']['RateLimit-Policy'];
        'Retry-After': components['headers']['Retry-After'];
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/problems/conflict",
         *       "title": "Conflict",
         *       "status": 409,
         *       "detail": "The current state does not allow this change: the name is taken, or the status can not be moved that way.",
         *       "requestId": "5b0f1c2ab7e4d83f90a1b2c3d4e5f607"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description Precondition failed: If-Match does not name the current version, whose tag is in the ETag header; nothing was changed. */
    PreconditionFailed: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        RateLimit: components['headers']['RateLimit'];
        'RateLimit-Policy': components['headers']['RateLimit-Policy'];
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/problems/precondition-failed",
         *       "title": "Precondition failed",
         *       "status": 412,
         *       "detail": "If-Match does not name the current version, whose tag is in the ETag header; nothing was changed.",
         *       "requestId": "5b0f1c2ab7e4d83f90a1b2c3d4e5f607"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description Content too large: The body is larger than this route accepts. */
    TooLarge: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        RateLimit: components['headers']['RateLimit'];
        'RateLimit-Policy': components['headers']['RateLimit-Policy'];
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/problems/too-large",
         *       "title": "Content too large",
         *       "status": 413,
         *       "detail": "The body is larger than this route accepts.",
         *       "requestId": "5b0f1c2ab7e4d83f90a1b2c3d4e5f607"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description URI too long: The URL with its query is longer than 8 kB. */
    UriTooLong: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        RateLimit: components['headers']['RateLimit'];
        'RateLimit-Policy': components['headers']['RateLimit-Policy'];
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/problems/uri-too-long",
         *       "title": "URI too long",
         *       "status": 414,
         *       "detail": "The URL with its query is longer than 8 kB.",
         *       "requestId": "5b0f1c2ab7e4d83f90a1b2c3d4e5f607"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description Unsupported media type: This route does not accept the Content-Type or Content-Encoding of the body. */
    UnsupportedMediaType: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        RateLimit: components['headers']['RateLimit'];
        'RateLimit-Policy': components['headers']['RateLimit-Policy'];
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/problems/unsupported-media-type",
         *       "title": "Unsupported media type",
         *       "status": 415,
         *       "detail": "This route does not accept the Content-Type or Content-Encoding of the body.",
         *       "requestId": "5b0f1c2ab7e4d83f90a1b2c3d4e5f607"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description Idempotency key reused: This Idempotency-Key was used before with another body or another address. */
    KeyReused: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        RateLimit: components['headers']['RateLimit'];
        'RateLimit-Policy': components['headers']['RateLimit-Policy'];
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/problems/key-reused",
         *       "title": "Idempotency key reused",
         *       "status": 422,
         *       "detail": "This Idempotency-Key was used before with another body or another address.",
         *       "requestId": "5b0f1c2ab7e4d83f90a1b2c3d4e5f607"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description Precondition required: This installation requires If-Match on changes, so that no client overwrites a version it has not seen. */
    PreconditionRequired: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        RateLimit: components['headers']['RateLimit'];
        'RateLimit-Policy': components['headers']['RateLimit-Policy'];
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/problems/precondition-required",
         *       "title": "Precondition required",
         *       "status": 428,
         *       "detail": "This installation requires If-Match on changes, so that no client overwrites a version it has not seen.",
         *       "requestId": "5b0f1c2ab7e4d83f90a1b2c3d4e5f607"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description Rate limit exceeded: You sent more requests than allowed in a time window, or failed to log in too often. */
    TooManyRequests: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        RateLimit: components['headers']['RateLimit'];
        'RateLimit-Policy': components['headers']['RateLimit-Policy'];
        'Retry-After': components['headers']['Retry-After'];
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/problems/too-many-requests",
         *       "title": "Rate limit exceeded",
         *       "status": 429,
         *       "detail": "You sent more requests than allowed in a time window, or failed to log in too often.",
         *       "requestId": "5b0f1c2ab7e4d83f90a1b2c3d4e5f607"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description Request header fields too large: The headers together, or one of them, are too large. */
    HeadersTooLarge: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        RateLimit: components['headers']['RateLimit'];
        'RateLimit-Policy': components['headers']['RateLimit-Policy'];
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/problems/headers-too-large",
         *       "title": "Request header fields too large",
         *       "status": 431,
         *       "detail": "The headers together, or one of them, are too large.",
         *       "requestId": "5b0f1c2ab7e4d83f90a1b2c3d4e5f607"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description Internal server error: The server failed unexpectedly. */
    Internal: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/problems/internal",
         *       "title": "Internal server error",
         *       "status": 500,
         *       "detail": "The server failed unexpectedly.",
         *       "requestId": "5b0f1c2ab7e4d83f90a1b2c3d4e5f607"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description Not implemented: The method or the transfer coding is not supported. */
    NotImplemented: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/problems/not-implemented",
         *       "title": "Not implemented",
         *       "status": 501,
         *       "detail": "The method or the transfer coding is not supported.",
         *       "requestId": "5b0f1c2ab7e4d83f90a1b2c3d4e5f607"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description Bad gateway: The API worker failed while it handled the request, which may or may not have taken effect. */
    BadGateway: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        'Retry-After': components['headers']['Retry-After'];
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/problems/bad-gateway",
         *       "title": "Bad gateway",
         *       "status": 502,
         *       "detail": "The API worker failed while it handled the request, which may or may not have taken effect.",
         *       "requestId": "5b0f1c2ab7e4d83f90a1b2c3d4e5f607"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description Service unavailable: The API is overloaded or can not reach its database; detail says whether the request took effect. */
    Unavailable: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        'Retry-After': components['headers']['Retry-After'];
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/problems/unavailable",
         *       "title": "Service unavailable",
         *       "status": 503,
         *       "detail": "The API is overloaded or can not reach its database; detail says whether the request took effect.",
         *       "requestId": "5b0f1c2ab7e4d83f90a1b2c3d4e5f607"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description Gateway timeout: The API worker took too long. The request may or may not have taken effect. */
    GatewayTimeout: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        'Retry-After': components['headers']['Retry-After'];
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/problems/gateway-timeout",
         *       "title": "Gateway timeout",
         *       "status": 504,
         *       "detail": "The API worker took too long. The request may or may not have taken effect.",
         *       "requestId": "5b0f1c2ab7e4d83f90a1b2c3d4e5f607"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description HTTP version not supported: The request uses an unsupported version of HTTP. */
    HttpVersionNotSupported: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/problems/http-version-not-supported",
         *       "title": "HTTP version not supported",
         *       "status": 505,
         *       "detail": "The request uses an unsupported version of HTTP.",
         *       "requestId": "5b0f1c2ab7e4d83f90a1b2c3d4e5f607"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description Insufficient storage: Storage for all users together has reached its quota, or the disk of the database is nearly full. Nothing was stored. */
    InsufficientStorage: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        'Retry-After': components['headers']['Retry-After'];
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/problems/insufficient-storage",
         *       "title": "Insufficient storage",
         *       "status": 507,
         *       "detail": "Storage for all users together has reached its quota, or the disk of the database is nearly full. Nothing was stored.",
         *       "requestId": "5b0f1c2ab7e4d83f90a1b2c3d4e5f607"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
  };
  parameters: never;
  requestBodies: never;
  headers: {
    /**
     * @description Tag of this representation (RFC 9110, 8.8.3). Send it as If-None-Match to get 304 while nothing has changed, or as If-Match to change only the version you have seen.
     * @example "7.Xb1dZk3Q9sLw0aTe"
     */
    ETag: string;
    /**
     * @description Links to the pages `first`, `next` and `prev`, if they exist (RFC 8288).
     * @example </tasks?limit=50>; rel="first"
     */
    Link: string;
    /**
     * @description Address of the created resource.
     * @example /tasks/665f1c2ab7e4d83f90a1b2c3
     */
    Location: string;
    /**
     * @description Whether the answer came from the cache: HIT, MISS or BYPASS.
     * @example HIT
     */
    'X-Cache': string;
    /**
     * @description With `count=true`: number of entries on all pages, counted up to 100,000.
     * @example 42
     */
    'X-Total-Count': string;
    /**
     * @description Identifies the request in the log.
     * @example 5b0f1c2ab7e4d83f90a1b2c3d4e5f607
     */
    'X-Request-Id': string;
    /**
     * @description `true` if the answer is that of an earlier request with this key.
     * @example true
     */
    'Idempotent-Replayed': string;
    /**
     * @description Requests left in the limit, and seconds until it resets.
     * @example "default";r=599;t=60
     */
    RateLimit: string;
    /**
     * @description The limit: number of requests and window in seconds.
     * @example "default";q=600;w=60
     */
    'RateLimit-Policy': string;
    /**
     * @description Seconds to wait before the next try. With 503 it is random, so that clients do not return together.
     * @example 2
     */
    'Retry-After': string;
    /**
     * @description How to authenticate, or why the token is refused (RFC 6750).
     * @example Bearer
     */
    'WWW-Authenticate': string;
    /**
     * @description Date of deprecation (RFC 9745).
     * @example @1798761600
     */
    Deprecation: string;
    /**
     * @description Date of removal (RFC 8594).
     * @example Fri, 31 Dec 2027 23:59:59 GMT
     */
    Sunset: string;
  };
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  listUsers: {
    parameters: {
      query?: {
        /** @description With this role. */
        role?: components['schemas']['Role'];
        /** @description Only disabled users, or only others. */
        disabled?: 'true' | 'false';
        /** @description Whole words, all of which are in name, user name or e-mail address; case-insensitive. */
        q?: string;
        /** @description Signed up at or after this time. */
        createdFrom?: string;
        /** @description Signed up before this time. */
        createdBefore?: string;
        /** @description `-` sorts in descending order. */
        sort?: 'createdAt' | '-createdAt' | 'username' | '-username';
        /** @description Entries per page. */
        limit?: number;
        /** @description From a Link header, for the same filters and sort. */
        cursor?: string;
        /** @description Fields to return besides _id, separated by commas. */
        fields?: string;
        /** @description Whether to return the number of entries on all pages in X-Total-Count. */
        count?: 'true' | 'false';
      };
      header?: {
        /**
         * @description Proceed only if the ETag matches; else 412.
         * @example "7.Xb1dZk3Q9sLw0aTe"
         */
        'If-Match'?: string;
        /**
         * @description Proceed only if the ETag differs; else 304 or 412.
         * @example "7.Xb1dZk3Q9sLw0aTe"
         */
        'If-None-Match'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of users */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          ETag: components['headers']['ETag'];
          Link: components['headers']['Link'];
          'X-Cache': components['headers']['X-Cache'];
          'X-Total-Count': components['headers']['X-Total-Count'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example [
           *       {
           *         "_id": "665f1c2ab7e4d83f90a1b2c4",
           *         "name": "Ada Lovelace",
           *         "email": "ada@example.com",
           *         "username": "ada",
           *         "role": "worker",
           *         "createdAt": "2026-11-22T09:00:00.000Z",
           *         "updatedAt": "2026-11-22T09:00:00.000Z",
           *         "disabled": false,
           *         "tasks": []
           *       }
           *     ]
           */
          'application/json': (components['schemas']['UserWithTasks'] | components['schemas']['UserPart'])[];
        };
      };
      304: components['responses']['NotModified'];
      400: components['responses']['InvalidRequest'];
      401: components['responses']['Unauthenticated'];
      403: components['responses']['Forbidden'];
      406: components['responses']['NotAcceptable'];
      412: components['responses']['PreconditionFailed'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  createUser: {
    parameters: {
      query?: never;
      header?: {
        /**
         * @description A new value for each new request, up to 255 characters. A repeated request with the same key and body within 24 hours (unless configured otherwise) gets the first answer and takes effect only once.
         * @example "8e03978e-40d5-43dd-bc93-6894a57f9324"
         */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "name": "Grace Hopper",
         *       "email": "grace@example.com",
         *       "username": "grace",
         *       "role": "worker"
         *     }
         */
        'application/json': components['schemas']['AddedUser'];
      };
    };
    responses: {
      /** @description The user and the token */
      201: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          Location: components['headers']['Location'];
          'Idempotent-Replayed': components['headers']['Idempotent-Replayed'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "user": {
           *         "_id": "665f1c2ab7e4d83f90a1b2c4",
           *         "name": "Ada Lovelace",
           *         "email": "ada@example.com",
           *         "username": "ada",
           *         "role": "worker",
           *         "createdAt": "2026-11-22T09:00:00.000Z",
           *         "updatedAt": "2026-11-22T09:00:00.000Z",
           *         "disabled": false,
           *         "tasks": [
           *           "665f1c2ab7e4d83f90a1b2c3"
           *         ]
           *       },
           *       "resetToken": "tfp_665f1c2ab7e4d83f90a1b2c4_mi8f3k2a_q2bKx0m3vJ8yQd4sT1wZr7uN5cF9hLpG6aXeViBoYtE",
           *       "expiresAt": "2026-11-22T10:30:00.000Z",
           *       "isNotified": false
           *     }
           */
          'application/json': components['schemas']['CreatedUser'];
        };
      };
      400: components['responses']['InvalidRequest'];
      401: components['responses']['Unauthenticated'];
      403: components['responses']['Forbidden'];
      406: components['responses']['NotAcceptable'];
      409: components['responses']['Conflict'];
      413: components['responses']['TooLarge'];
      415: components['responses']['UnsupportedMediaType'];
      422: components['responses']['KeyReused'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
      507: components['responses']['InsufficientStorage'];
    };
  };
  signUp: {
    parameters: {
      query?: never;
      header?: {
        /**
         * @description A new value for each new request, up to 255 characters. A repeated request with the same key and body within 24 hours (unless configured otherwise) gets the first answer and takes effect only once.
         * @example "8e03978e-40d5-43dd-bc93-6894a57f9324"
         */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "name": "Ada Lovelace",
         *       "email": "ada@example.com",
         *       "username": "ada",
         *       "password": "correct horse"
         *     }
         */
        'application/json': components['schemas']['NewUser'];
      };
    };
    responses: {
      /** @description The user and tokens of a new session */
      201: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          Location: components['headers']['Location'];
          'Idempotent-Replayed': components['headers']['Idempotent-Replayed'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "token": "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoid29ya2VyIn0.c2lnbmF0dXJl",
           *       "expiresAt": "2026-11-22T10:30:00.000Z",
           *       "refreshToken": "tfr_b07d5e81c2a94f6310de88f5_q2bKx0m3vJ8yQd4sT1wZr7uN5cF9hLpG6aXeViBoYtE",
           *       "user": {
           *         "_id": "665f1c2ab7e4d83f90a1b2c4",
           *         "name": "Ada Lovelace",
           *         "email": "ada@example.com",
           *         "username": "ada",
           *         "role": "worker",
           *         "createdAt": "2026-11-22T09:00:00.000Z",
           *         "updatedAt": "2026-11-22T09:00:00.000Z",
           *         "disabled": false,
           *         "tasks": [
           *           "665f1c2ab7e4d83f90a1b2c3"
           *         ]
           *       }
           *     }
           */
          'application/json': components['schemas']['Session'];
        };
      };
      400: components['responses']['InvalidRequest'];
      401: components['responses']['Unauthenticated'];
      406: components['responses']['NotAcceptable'];
      409: components['responses']['Conflict'];
      413: components['responses']['TooLarge'];
      415: components['responses']['UnsupportedMediaType'];
      422: components['responses']['KeyReused'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
      507: components['responses']['InsufficientStorage'];
    };
  };
  logIn: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "email": "ada@example.com",
         *       "password": "correct horse"
         *     }
         */
        'application/json': components['schemas']['LogIn'];
      };
    };
    responses: {
      /** @description The user and tokens of a new session */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "token": "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoid29ya2VyIn0.c2lnbmF0dXJl",
           *       "expiresAt": "2026-11-22T10:30:00.000Z",
           *       "refreshToken": "tfr_b07d5e81c2a94f6310de88f5_q2bKx0m3vJ8yQd4sT1wZr7uN5cF9hLpG6aXeViBoYtE",
           *       "user": {
           *         "_id": "665f1c2ab7e4d83f90a1b2c4",
           *         "name": "Ada Lovelace",
           *         "email": "ada@example.com",
           *         "username": "ada",
           *         "role": "worker",
           *         "createdAt": "2026-11-22T09:00:00.000Z",
           *         "updatedAt": "2026-11-22T09:00:00.000Z",
           *         "disabled": false,
           *         "tasks": [
           *           "665f1c2ab7e4d83f90a1b2c3"
           *         ]
           *       }
           *     }
           */
          'application/json': components['schemas']['Session'];
        };
      };
      400: components['responses']['InvalidRequest'];
      401: components['responses']['Unauthenticated'];
      406: components['responses']['NotAcceptable'];
      413: components['responses']['TooLarge'];
      415: components['responses']['UnsupportedMediaType'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  changePassword: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The `_id`. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "currentPassword": "correct horse",
         *       "newPassword": "battery staple"
         *     }
         */
        'application/json': components['schemas']['PasswordChange'];
      };
    };
    responses: {
      /** @description A new token of this session */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "token": "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoid29ya2VyIn0.c2lnbmF0dXJl",
           *       "expiresAt": "2026-11-22T10:30:00.000Z"
           *     }
           */
          'application/json': components['schemas']['AccessToken'];
        };
      };
      400: components['responses']['InvalidRequest'];
      401: components['responses']['Unauthenticated'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      409: components['responses']['Conflict'];
      413: components['responses']['TooLarge'];
      415: components['responses']['UnsupportedMediaType'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  resetPassword: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "resetToken": "tfp_665f1c2ab7e4d83f90a1b2c4_mi8f3k2a_q2bKx0m3vJ8yQd4sT1wZr7uN5cF9hLpG6aXeViBoYtE",
         *       "newPassword": "battery staple"
         *     }
         */
        'application/json': components['schemas']['NewPassword'];
      };
    };
    responses: {
      /** @description Set */
      204: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['InvalidRequest'];
      401: components['responses']['Unauthenticated'];
      406: components['responses']['NotAcceptable'];
      413: components['responses']['TooLarge'];
      415: components['responses']['UnsupportedMediaType'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  makePasswordReset: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The `_id`. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The token */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "resetToken": "tfp_665f1c2ab7e4d83f90a1b2c4_mi8f3k2a_q2bKx0m3vJ8yQd4sT1wZr7uN5cF9hLpG6aXeViBoYtE",
           *       "expiresAt": "2026-11-22T10:30:00.000Z",
           *       "isNotified": false
           *     }
           */
          'application/json': components['schemas']['PasswordReset'];
        };
      };
      400: components['responses']['InvalidRequest'];
      401: components['responses']['Unauthenticated'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  renewToken: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "refreshToken": "tfr_b07d5e81c2a94f6310de88f5_q2bKx0m3vJ8yQd4sT1wZr7uN5cF9hLpG6aXeViBoYtE"
         *     }
         */
        'application/json': components['schemas']['Renewal'];
      };
    };
    responses: {
      /** @description The user and new tokens */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "token": "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoid29ya2VyIn0.c2lnbmF0dXJl",
           *       "expiresAt": "2026-11-22T10:30:00.000Z",
           *       "refreshToken": "tfr_b07d5e81c2a94f6310de88f5_q2bKx0m3vJ8yQd4sT1wZr7uN5cF9hLpG6aXeViBoYtE",
           *       "user": {
           *         "_id": "665f1c2ab7e4d83f90a1b2c4",
           *         "name": "Ada Lovelace",
           *         "email": "ada@example.com",
           *         "username": "ada",
           *         "role": "worker",
           *         "createdAt": "2026-11-22T09:00:00.000Z",
           *         "updatedAt": "2026-11-22T09:00:00.000Z",
           *         "disabled": false,
           *         "tasks": [
           *           "665f1c2ab7e4d83f90a1b2c3"
           *         ]
           *       }
           *     }
           */
          'application/json': components['schemas']['Session'];
        };
      };
      400: components['responses']['InvalidRequest'];
      401: components['responses']['Unauthenticated'];
      406: components['responses']['NotAcceptable'];
      413: components['responses']['TooLarge'];
      415: components['responses']['UnsupportedMediaType'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  logOut: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "all": false
         *     }
         */
        'application/json': components['schemas']['LogOut'];
      };
    };
    responses: {
      /** @description Logged out */
      204: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['InvalidRequest'];
      401: components['responses']['Unauthenticated'];
      403: components['responses']['Forbidden'];
      406: components['responses']['NotAcceptable'];
      413: components['responses']['TooLarge'];
      415: components['responses']['UnsupportedMediaType'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  listSessions: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The sessions */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example [
           *       {
           *         "_id": "3f9c2ab7e4d83f90a1b2c3d4",
           *         "device": "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0",
           *         "network": "203.0.113.7",
           *         "createdAt": "2026-11-22T09:30:00.000Z",
           *         "lastUsedAt": "2026-11-22T09:30:00.000Z",
           *         "expiresAt": "2026-12-22T09:30:00.000Z",
           *         "isCurrent": true
           *       }
           *     ]
           */
          'application/json': components['schemas']['ActiveSession'][];
        };
      };
      400: components['responses']['InvalidRequest'];
      401: components['responses']['Unauthenticated'];
      403: components['responses']['Forbidden'];
      406: components['responses']['NotAcceptable'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  endOtherSessions: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Ended */
      204: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['InvalidRequest'];
      401: components['responses']['Unauthenticated'];
      403: components['responses']['Forbidden'];
      406: components['responses']['NotAcceptable'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  endSession: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The `_id` of a session. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Ended */
      204: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['InvalidRequest'];
      401: components['responses']['Unauthenticated'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  listScriptTokens: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The `_id`. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The tokens, newest first */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example [
           *       {
           *         "_id": "665f1c2ab7e4d83f90a1b2c8",
           *         "name": "Nightly export",
           *         "access": "read",
           *         "lastFour": "4xQz",
           *         "createdAt": "2026-11-22T09:30:00.000Z",
           *         "expiresAt": "2027-01-31T00:00:00.000Z",
           *         "lastUsedAt": null
           *       }
           *     ]
           */
          'application/json': components['schemas']['ScriptToken'][];
        };
      };
      400: components['responses']['InvalidRequest'];
      401: components['responses']['Unauthenticated'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  createScriptToken: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The `_id`. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "name": "Nightly export",
         *       "access": "read",
         *       "expiresAt": "2027-01-31"
         *     }
         */
        'application/json': components['schemas']['NewScriptToken'];
      };
    };
    responses: {
      /** @description The token */
      201: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          Location: components['headers']['Location'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "_id": "665f1c2ab7e4d83f90a1b2c8",
           *       "name": "Nightly export",
           *       "access": "read",
           *       "lastFour": "4xQz",
           *       "createdAt": "2026-11-22T09:30:00.000Z",
           *       "expiresAt": "2027-01-31T00:00:00.000Z",
           *       "lastUsedAt": null,
           *       "token": "tft_J2sV9qLr0XbT5nKe8YwCm3ZdHf6Pg11a4xQz"
           *     }
           */
          'application/json': components['schemas']['MadeScriptToken'];
        };
      };
      400: components['responses']['InvalidRequest'];
      401: components['responses']['Unauthenticated'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      409: components['responses']['Conflict'];
      413: components['responses']['TooLarge'];
      415: components['responses']['UnsupportedMediaType'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
      507: components['responses']['InsufficientStorage'];
    };
  };
  deleteScriptToken: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The `_id` of the user. */
        id: string;
        /** @description The `_id` of the token. */
        scriptId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Deleted */
      204: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['InvalidRequest'];
      401: components['responses']['Unauthenticated'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  getMe: {
    parameters: {
      query?: never;
      header?: {
        /**
         * @description Proceed only if the ETag matches; else 412.
         * @example "7.Xb1dZk3Q9sLw0aTe"
         */
        'If-Match'?: string;
        /**
         * @description Proceed only if the ETag differs; else 304 or 412.
         * @example "7.Xb1dZk3Q9sLw0aTe"
         */
        'If-None-Match'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The user */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          ETag: components['headers']['ETag'];
          'X-Cache': components['headers']['X-Cache'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "_id": "665f1c2ab7e4d83f90a1b2c4",
           *       "name": "Ada Lovelace",
           *       "email": "ada@example.com",
           *       "username": "ada",
           *       "role": "worker",
           *       "createdAt": "2026-11-22T09:00:00.000Z",
           *       "updatedAt": "2026-11-22T09:00:00.000Z",
           *       "disabled": false,
           *       "tasks": [
           *         "665f1c2ab7e4d83f90a1b2c3"
           *       ]
           *     }
           */
          'application/json': components['schemas']['User'];
        };
      };
      304: components['responses']['NotModified'];
      400: components['responses']['InvalidRequest'];
      401: components['responses']['Unauthenticated'];
      406: components['responses']['NotAcceptable'];
      412: components['responses']['PreconditionFailed'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  getUser: {
    parameters: {
      query?: never;
      header?: {
        /**
         * @description Proceed only if the ETag matches; else 412.
         * @example "7.Xb1dZk3Q9sLw0aTe"
         */
        'If-Match'?: string;
        /**
         * @description Proceed only if the ETag differs; else 304 or 412.
         * @example "7.Xb1dZk3Q9sLw0aTe"
         */
        'If-None-Match'?: string;
      };
      path: {
        /** @description The `_id`. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The user */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          ETag: components['headers']['ETag'];
          'X-Cache': components['headers']['X-Cache'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "_id": "665f1c2ab7e4d83f90a1b2c4",
           *       "name": "Ada Lovelace",
           *       "email": "ada@example.com",
           *       "username": "ada",
           *       "role": "worker",
           *       "createdAt": "2026-11-22T09:00:00.000Z",
           *       "updatedAt": "2026-11-22T09:00:00.000Z",
           *       "disabled": false,
           *       "tasks": [
           *         "665f1c2ab7e4d83f90a1b2c3"
           *       ]
           *     }
           */
          'application/json': components['schemas']['User'];
        };
      };
      304: components['responses']['NotModified'];
      400: components['responses']['InvalidRequest'];
      401: components['responses']['Unauthenticated'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      412: components['responses']['PreconditionFailed'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  deleteUser: {
    parameters: {
      query?: never;
      header?: {
        /**
         * @description Proceed only if the ETag matches; else 412.
         * @example "7.Xb1dZk3Q9sLw0aTe"
         */
        'If-Match'?: string;
        /**
         * @description Proceed only if the ETag differs; else 304 or 412.
         * @example "7.Xb1dZk3Q9sLw0aTe"
         */
        'If-None-Match'?: string;
      };
      path: {
        /** @description The `_id`. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "currentPassword": "correct horse"
         *     }
         */
        'application/json': components['schemas']['UserRemoval'];
      };
    };
    responses: {
      /** @description Removed */
      204: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['InvalidRequest'];
      401: components['responses']['Unauthenticated'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      409: components['responses']['Conflict'];
      412: components['responses']['PreconditionFailed'];
      413: components['responses']['TooLarge'];
      415: components['responses']['UnsupportedMediaType'];
      428: components['responses']['PreconditionRequired'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
      507: components['responses']['InsufficientStorage'];
    };
  };
  patchUser: {
    parameters: {
      query?: never;
      header?: {
        /**
         * @description Proceed only if the ETag matches; else 412.
         * @example "7.Xb1dZk3Q9sLw0aTe"
         */
        'If-Match'?: string;
        /**
         * @description Proceed only if the ETag differs; else 304 or 412.
         * @example "7.Xb1dZk3Q9sLw0aTe"
         */
        'If-None-Match'?: string;
      };
      path: {
        /** @description The `_id`. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "name": "Ada King"
         *     }
         */
        'application/merge-patch+json': components['schemas']['UserPatch'];
        /**
         * @example {
         *       "name": "Ada King"
         *     }
         */
        'application/json': components['schemas']['UserPatch'];
      };
    };
    responses: {
      /** @description The updated user */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          ETag: components['headers']['ETag'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "_id": "665f1c2ab7e4d83f90a1b2c4",
           *       "name": "Ada Lovelace",
           *       "email": "ada@example.com",
           *       "username": "ada",
           *       "role": "worker",
           *       "createdAt": "2026-11-22T09:00:00.000Z",
           *       "updatedAt": "2026-11-22T09:00:00.000Z",
           *       "disabled": false,
           *       "tasks": [
           *         "665f1c2ab7e4d83f90a1b2c3"
           *       ]
           *     }
           */
          'application/json': components['schemas']['User'];
        };
      };
      400: components['responses']['InvalidRequest'];
      401: components['responses']['Unauthenticated'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      409: components['responses']['Conflict'];
      412: components['responses']['PreconditionFailed'];
      413: components['responses']['TooLarge'];
      415: components['responses']['UnsupportedMediaType'];
      428: components['responses']['PreconditionRequired'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
      507: components['responses']['InsufficientStorage'];
    };
  };
  getAvatar: {
    parameters: {
      query?: {
        /** @description Side length in pixels. */
        size?: '64' | '256' | '512';
      };
      header?: {
        /**
         * @description Proceed only if the ETag matches; else 412.
         * @example "7.Xb1dZk3Q9sLw0aTe"
         */
        'If-Match'?: string;
        /**
         * @description Proceed only if the ETag differs; else 304 or 412.
         * @example "7.Xb1dZk3Q9sLw0aTe"
         */
        'If-None-Match'?: string;
      };
      path: {
        /** @description The `_id`. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The picture */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          ETag: components['headers']['ETag'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          'image/webp': Blob;
        };
      };
      304: components['responses']['NotModified'];
      400: components['responses']['InvalidRequest'];
      401: components['responses']['Unauthenticated'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      412: components['responses']['PreconditionFailed'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  putAvatar: {
    parameters: {
      query?: never;
      header?: {
        /**
         * @description Proceed only if the ETag matches; else 412.
         * @example "7.Xb1dZk3Q9sLw0aTe"
         */
        'If-Match'?: string;
        /**
         * @description Proceed only if the ETag differs; else 304 or 412.
         * @example "7.Xb1dZk3Q9sLw0aTe"
         */
        'If-None-Match'?: string;
      };
      path: {
        /** @description The `_id`. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/octet-stream': Blob;
        'image/png': Blob;
        'image/jpeg': Blob;
        'image/jpg': Blob;
        'image/webp': Blob;
      };
    };
    responses: {
      /** @description The job that resizes the picture */
      202: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          Location: components['headers']['Location'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "_id": "665f1c2ab7e4d83f90a1b2c5",
           *       "type": "resize-avatar",
           *       "status": "done",
           *       "attempts": 1,
           *       "result": {
           *         "shown": true
           *       },
           *       "error": null,
           *       "createdAt": "2026-11-22T09:30:00.000Z",
           *       "startedAt": "2026-11-22T09:30:00.100Z",
           *       "finishedAt": "2026-11-22T09:30:00.400Z"
           *     }
           */
          'application/json': components['schemas']['Job'];
        };
      };
      400: components['responses']['InvalidRequest'];
      401: components['responses']['Unauthenticated'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      412: components['responses']['PreconditionFailed'];
      413: components['responses']['TooLarge'];
      415: components['responses']['UnsupportedMediaType'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
      507: components['responses']['InsufficientStorage'];
    };
  };
  listTasks: {
    parameters: {
      query?: {
        /** @description Any of these, separated by commas. */
        status?: string;
        /** @description With this label. */
        label?: string;
        /** @description With this priority. */
        priority?: components['schemas']['TaskPriority'];
        /** @description Whole words, all of which are in title or description; case-insensitive. */
        q?: string;
        /** @description Created at or after this time. */
        createdFrom?: string;
        /** @description Created before this time. */
        createdBefore?: string;
        /** @description Due at or after this time; with sort=deadline. */
        deadlineFrom?: string;
        /** @description Due before this time; with sort=deadline. */
        deadlineBefore?: string;
        /** @description Past the deadline and not Done; with sort=deadline. */
        overdue?: 'true';
        /** @description Tasks of this user, or `none` for unassigned ones. Members only see their own. */
        assignedTo?: string | 'none';
        /** @description `-` sorts in descending order. */
        sort?:
          | 'createdAt'
          | '-createdAt'
          | 'priority'
          | '-priority'
          | 'deadline'
          | '-deadline'
          | 'position'
          | '-position';
        /** @description Entries per page. */
        limit?: number;
        /** @description From a Link header, for the same filters and sort. */
        cursor?: string;
        /** @description Fields to return besides _id, separated by commas. */
        fields?: string;
        /** @description Whether to return the number of entries on all pages in X-Total-Count. */
        count?: 'true' | 'false';
      };
      header?: {
        /**
         * @description Proceed only if the ETag matches; else 412.
         * @example "7.Xb1dZk3Q9sLw0aTe"
         */
        'If-Match'?: string;
        /**
         * @description Proceed only if the ETag differs; else 304 or 412.
         * @example "7.Xb1dZk3Q9sLw0aTe"
         */
        'If-None-Match'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of tasks */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          ETag: components['headers']['ETag'];
          Link: components['headers']['Link'];
          'X-Cache': components['headers']['X-Cache'];
          'X-Total-Count': components['headers']['X-Total-Count'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example [
           *       {
           *         "_id": "665f1c2ab7e4d83f90a1b2c3",
           *         "title": "Paint the fence",
           *         "description": "Both sides, green.",
           *         "status": "to Do",
           *         "priority": "normal",
           *         "labels": [
           *           "garden"
           *         ],
           *         "position": 1795340000000,
           *         "assignedTo": null,
           *         "deadline": "2027-05-01T00:00:00.000Z",
           *         "createdAt": "2026-11-22T09:30:00.000Z",
           *         "updatedAt": "2026-11-22T09:30:00.000Z"
           *       }
           *     ]
           */
          'application/json': (components['schemas']['Task'] | components['schemas']['TaskPart'])[];
        };
      };
      304: components['responses']['NotModified'];
      400: components['responses']['InvalidRequest'];
      401: components['responses']['Unauthenticated'];
      403: components['responses']['Forbidden'];
      406: components['responses']['NotAcceptable'];
      412: components['responses']['PreconditionFailed'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  createTask: {
    parameters: {
      query?: never;
      header?: {
        /**
         * @description A new value for each new request, up to 255 characters. A repeated request with the same key and body within 24 hours (unless configured otherwise) gets the first answer and takes effect only once.
         * @example "8e03978e-40d5-43dd-bc93-6894a57f9324"
         */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "title": "Paint the fence",
         *       "description": "Both sides, green.",
         *       "priority": "normal",
         *       "labels": [
         *         "garden"
         *       ],
         *       "deadline": "2027-05-01"
         *     }
         */
        'application/json': components['schemas']['NewTask'];
      };
    };
    responses: {
      /** @description The created task */
      201: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          ETag: components['headers']['ETag'];
          Location: components['headers']['Location'];
          'Idempotent-Replayed': components['headers']['Idempotent-Replayed'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "_id": "665f1c2ab7e4d83f90a1b2c3",
           *       "title": "Paint the fence",
           *       "description": "Both sides, green.",
           *       "status": "to Do",
           *       "priority": "normal",
           *       "labels": [
           *         "garden"
           *       ],
           *       "position": 1795340000000,
           *       "assignedTo": null,
           *       "deadline": "2027-05-01T00:00:00.000Z",
           *       "createdAt": "2026-11-22T09:30:00.000Z",
           *       "updatedAt": "2026-11-22T09:30:00.000Z"
           *     }
           */
          'application/json': components['schemas']['Task'];
        };
      };
      400: components['responses']['InvalidRequest'];
      401: components['responses']['Unauthenticated'];
      403: components['responses']['Forbidden'];
      406: components['responses']['NotAcceptable'];
      409: components['responses']['Conflict'];
      413: components['responses']['TooLarge'];
      415: components['responses']['UnsupportedMediaType'];
      422: components['responses']['KeyReused'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
      507: components['responses']['InsufficientStorage'];
    };
  };
  getTask: {
    parameters: {
      query?: never;
      header?: {
        /**
         * @description Proceed only if the ETag matches; else 412.
         * @example "7.Xb1dZk3Q9sLw0aTe"
         */
        'If-Match'?: string;
        /**
         * @description Proceed only if the ETag differs; else 304 or 412.
         * @example "7.Xb1dZk3Q9sLw0aTe"
         */
        'If-None-Match'?: string;
      };
      path: {
        /** @description The `_id`. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The task */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          ETag: components['headers']['ETag'];
          'X-Cache': components['headers']['X-Cache'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "_id": "665f1c2ab7e4d83f90a1b2c3",
           *       "title": "Paint the fence",
           *       "description": "Both sides, green.",
           *       "status": "to Do",
           *       "priority": "normal",
           *       "labels": [
           *         "garden"
           *       ],
           *       "position": 1795340000000,
           *       "assignedTo": null,
           *       "deadline": "2027-05-01T00:00:00.000Z",
           *       "createdAt": "2026-11-22T09:30:00.000Z",
           *       "updatedAt": "2026-11-22T09:30:00.000Z"
           *     }
           */
          'application/json': components['schemas']['Task'];
        };
      };
      304: components['responses']['NotModified'];
      400: components['responses']['InvalidRequest'];
      401: components['responses']['Unauthenticated'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      412: components['responses']['PreconditionFailed'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  updateTask: {
    parameters: {
      query?: never;
      header?: {
        /**
         * @description Proceed only if the ETag matches; else 412.
         * @example "7.Xb1dZk3Q9sLw0aTe"
         */
        'If-Match'?: string;
        /**
         * @description Proceed only if the ETag differs; else 304 or 412.
         * @example "7.Xb1dZk3Q9sLw0aTe"
         */
        'If-None-Match'?: string;
      };
      path: {
        /** @description The `_id`. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "status": "Doing"
         *     }
         */
        'application/json': components['schemas']['TaskChanges'];
      };
    };
    responses: {
      /** @description The updated task */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          ETag: components['headers']['ETag'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "_id": "665f1c2ab7e4d83f90a1b2c3",
           *       "title": "Paint the fence",
           *       "description": "Both sides, green.",
           *       "status": "to Do",
           *       "priority": "normal",
           *       "labels": [
           *         "garden"
           *       ],
           *       "position": 1795340000000,
           *       "assignedTo": null,
           *       "deadline": "2027-05-01T00:00:00.000Z",
           *       "createdAt": "2026-11-22T09:30:00.000Z",
           *       "updatedAt": "2026-11-22T09:30:00.000Z"
           *     }
           */
          'application/json': components['schemas']['Task'];
        };
      };
      400: components['responses']['InvalidRequest'];
      401: components['responses']['Unauthenticated'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      409: components['responses']['Conflict'];
      412: components['responses']['PreconditionFailed'];
      413: components['responses']['TooLarge'];
      415: components['responses']['UnsupportedMediaType'];
      428: components['responses']['PreconditionRequired'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
      507: components['responses']['InsufficientStorage'];
    };
  };
  deleteTask: {
    parameters: {
      query?: never;
      header?: {
        /**
         * @description Proceed only if the ETag matches; else 412.
         * @example "7.Xb1dZk3Q9sLw0aTe"
         */
        'If-Match'?: string;
        /**
         * @description Proceed only if the ETag differs; else 304 or 412.
         * @example "7.Xb1dZk3Q9sLw0aTe"
         */
        'If-None-Match'?: string;
      };
      path: {
        /** @description The `_id`. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Removed */
      204: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['InvalidRequest'];
      401: components['responses']['Unauthenticated'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      412: components['responses']['PreconditionFailed'];
      428: components['responses']['PreconditionRequired'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
      507: components['responses']['InsufficientStorage'];
    };
  };
  patchTask: {
    parameters: {
      query?: never;
      header?: {
        /**
         * @description Proceed only if the ETag matches; else 412.
         * @example "7.Xb1dZk3Q9sLw0aTe"
         */
        'If-Match'?: string;
        /**
         * @description Proceed only if the ETag differs; else 304 or 412.
         * @example "7.Xb1dZk3Q9sLw0aTe"
         */
        'If-None-Match'?: string;
      };
      path: {
        /** @description The `_id`. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "priority": "high",
         *       "deadline": null
         *     }
         */
        'application/merge-patch+json': components['schemas']['TaskPatch'];
        /**
         * @example {
         *       "priority": "high",
         *       "deadline": null
         *     }
         */
        'application/json': components['schemas']['TaskPatch'];
      };
    };
    responses: {
      /** @description The updated task */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          ETag: components['headers']['ETag'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "_id": "665f1c2ab7e4d83f90a1b2c3",
           *       "title": "Paint the fence",
           *       "description": "Both sides, green.",
           *       "status": "to Do",
           *       "priority": "normal",
           *       "labels": [
           *         "garden"
           *       ],
           *       "position": 1795340000000,
           *       "assignedTo": null,
           *       "deadline": "2027-05-01T00:00:00.000Z",
           *       "createdAt": "2026-11-22T09:30:00.000Z",
           *       "updatedAt": "2026-11-22T09:30:00.000Z"
           *     }
           */
          'application/json': components['schemas']['Task'];
        };
      };
      400: components['responses']['InvalidRequest'];
      401: components['responses']['Unauthenticated'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      409: components['responses']['Conflict'];
      412: components['responses']['PreconditionFailed'];
      413: components['responses']['TooLarge'];
      415: components['responses']['UnsupportedMediaType'];
      428: components['responses']['PreconditionRequired'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
      507: components['responses']['InsufficientStorage'];
    };
  };
  getJob: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The `_id`. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The job; Retry-After while it has not ended */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          'Retry-After': components['headers']['Retry-After'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "_id": "665f1c2ab7e4d83f90a1b2c5",
           *       "type": "resize-avatar",
           *       "status": "done",
           *       "attempts": 1,
           *       "result": {
           *         "shown": true
           *       },
           *       "error": null,
           *       "createdAt": "2026-11-22T09:30:00.000Z",
           *       "startedAt": "2026-11-22T09:30:00.100Z",
           *       "finishedAt": "2026-11-22T09:30:00.400Z"
           *     }
           */
          'application/json': components['schemas']['Job'];
        };
      };
      400: components['responses']['InvalidRequest'];
      401: components['responses']['Unauthenticated'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  listAudit: {
    parameters: {
      query?: {
        /** @description With this action. */
        action?:
          | 'sign-up'
          | 'log-in'
          | 'log-out'
          | 'session-ended'
          | 'refresh-token-replayed'
          | 'login-names-changed'
          | 'password-changed'
          | 'password-reset-issued'
          | 'password-reset'
          | 'user-created'
          | 'user-removed'
          | 'role-changed'
          | 'user-disabled'
          | 'user-enabled'
          | 'script-token-created'
          | 'script-token-deleted'
          | 'worker-drained'
          | 'worker-resumed';
        /** @description With this outcome. */
        outcome?: 'done' | 'refused';
        /** @description Done by this user. */
        actor?: string;
        /** @description Done to this user. */
        target?: string;
        /** @description Recorded at or after this time. */
        createdFrom?: string;
        /** @description Recorded before this time. */
        createdBefore?: string;
        /** @description `-` sorts in descending order. */
        sort?: 'createdAt' | '-createdAt';
        /** @description Entries per page. */
        limit?: number;
        /** @description From a Link header, for the same filters and sort. */
        cursor?: string;
        /** @description Fields to return besides _id, separated by commas. */
        fields?: string;
        /** @description Whether to return the number of entries on all pages in X-Total-Count. */
        count?: 'true' | 'false';
      };
      header?: {
        /**
         * @description Proceed only if the ETag matches; else 412.
         * @example "7.Xb1dZk3Q9sLw0aTe"
         */
        'If-Match'?: string;
        /**
         * @description Proceed only if the ETag differs; else 304 or 412.
         * @example "7.Xb1dZk3Q9sLw0aTe"
         */
        'If-None-Match'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of events */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          ETag: components['headers']['ETag'];
          Link: components['headers']['Link'];
          'X-Cache': components['headers']['X-Cache'];
          'X-Total-Count': components['headers']['X-Total-Count'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example [
           *       {
           *         "_id": "665f1c2ab7e4d83f90a1b2c6",
           *         "action": "role-changed",
           *         "outcome": "done",
           *         "actor": "665f1c2ab7e4d83f90a1b2c4",
           *         "sessionId": "665f1c2ab7e4d83f90a1b2c7",
           *         "scriptTokenId": null,
           *         "target": "665f1c2ab7e4d83f90a1b2c3",
           *         "detail": "worker to Admin",
           *         "network": "203.0.113.7",
           *         "requestId": "5b0f1c2ab7e4d83f90a1b2c3d4e5f607",
           *         "createdAt": "2026-11-22T09:30:00.000Z"
           *       }
           *     ]
           */
          'application/json': (
            components['schemas']['AuditEntry'] | components['schemas']['AuditEntryPart']
          )[];
        };
      };
      304: components['responses']['NotModified'];
      400: components['responses']['InvalidRequest'];
      401: components['responses']['Unauthenticated'];
      403: components['responses']['Forbidden'];
      406: components['responses']['NotAcceptable'];
      412: components['responses']['PreconditionFailed'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  getLive: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "status": "ok",
           *       "version": "0.1.0",
           *       "commit": "1f0c2b7",
           *       "contract": "1.0.0"
           *     }
           */
          'application/json': components['schemas']['Live'];
        };
      };
      400: components['responses']['InvalidRequest'];
      406: components['responses']['NotAcceptable'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  getReady: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "status": "ok"
           *     }
           */
          'application/json': components['schemas']['Health'];
        };
      };
      400: components['responses']['InvalidRequest'];
      406: components['responses']['NotAcceptable'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  getStartup: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "status": "ok"
           *     }
           */
          'application/json': components['schemas']['Health'];
        };
      };
      400: components['responses']['InvalidRequest'];
      406: components['responses']['NotAcceptable'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  getProblem: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Last segment of a problem `type`. */
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description HTML page */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'text/html': string;
        };
      };
      400: components['responses']['InvalidRequest'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  getOpenApi: {
    parameters: {
      query?: never;
      header?: {
        /**
         * @description Proceed only if the ETag matches; else 412.
         * @example "7.Xb1dZk3Q9sLw0aTe"
         */
        'If-Match'?: string;
        /**
         * @description Proceed only if the ETag differs; else 304 or 412.
         * @example "7.Xb1dZk3Q9sLw0aTe"
         */
        'If-None-Match'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OpenAPI document */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "openapi": "3.1.0"
           *     }
           */
          'application/json': {
            /** @constant */
            openapi: '3.1.0';
          } & {
            [key: string]: unknown;
          };
        };
      };
      304: components['responses']['NotModified'];
      400: components['responses']['InvalidRequest'];
      406: components['responses']['NotAcceptable'];
      412: components['responses']['PreconditionFailed'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
}
