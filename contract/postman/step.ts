/** One request of the story that the collection tells, over what the document says of its operation. */
export interface Step {
  /** The operationId. */
  operation: string;
  name: string;
  /** What it shows; what the operation is in general comes from the document. */
  shows: string;
  /** The Admin, unless it says otherwise; nobody where the operation needs nobody. */
  as?: 'worker';
  /** What it answers, where that isn't the operation's success. */
  status?: number;
  /** Instead of the operation's path with `params` and `query`. */
  address?: string;
  params?: Record<string, string>;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  /** JSON; text is sent as it stands, with the Content-Type of `headers`. */
  body?: object | string;
  /** Lines of the script that runs before it is sent. */
  before?: string[];
  /** Lines of the script that runs after the checks that every step has. */
  then?: string[];
}

export interface Chapter {
  name: string;
  description: string;
  steps: Step[];
}
