/** One request of the collection, in addition to what the document declares of its operation. */
export interface Step {
  /** The operationId. */
  operation: string;
  name: string;
  /** What this request shows; the document describes the operation in general. */
  shows: string;
  /** Sender; default: the Admin, or no user if the operation needs none. */
  as?: 'worker';
  /** Expected status, if it is not the operation's success. */
  status?: number;
  /** Instead of the operation's path with `params` and `query`. */
  address?: string;
  params?: Record<string, string>;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  /** Sent as JSON; a text is sent unchanged, with the Content-Type of `headers`. */
  body?: object | string;
  /** Lines of the script that runs before the request. */
  before?: string[];
  /** Lines of the script that runs after the common checks. */
  then?: string[];
}

export interface Chapter {
  name: string;
  description: string;
  steps: Step[];
}
