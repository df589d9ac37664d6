import request from 'supertest';
import type { TestApi } from './api';
import { newPerson } from './factories';
import { useApis, useRedis } from './use-api';

export const LIMIT = 20;

let addresses = 0;
export const newAddress = () => `198.18.${++addresses >> 8}.${addresses & 255}`;

/** Signs up from this address, as NGINX passes it on. */
export const signUpFrom = (address: string, api: TestApi) =>
  request(api.server).post('/users/signup').set('X-Forwarded-For', address).send(newPerson());

interface NewUser {
  token: string;
  password: string;
  user: { _id: string; email: string; username: string };
}

/** Starts two workers on a Redis of their own, with limits that a test can reach. */
export function useLimited() {
  const redis = useRedis();
  const variables = () => ({
    REDIS_URL: redis.url,
    RATE_LIMIT: String(LIMIT),
    SIGNUP_LIMIT: '3',
    RATE_LIMIT_EXEMPT_LOOPBACK: 'false',
  });
  const workers = useApis(variables);
  return {
    redis,
    variables,
    workers,
    /** Signs up from a new address each time, since sign-ups of one address are limited. */
    async newUser(): Promise<NewUser> {
      const { body } = await signUpFrom(newAddress(), workers[0]).expect(201);
      return { ...body, password: newPerson().password } as NewUser;
    },
  };
}
