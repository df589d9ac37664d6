import { pageReply } from '../../src/http/pagination';

const page = (meta: Record<string, string>) => ({ json: '[]', tag: '"x"', meta, state: 'HIT' as const });

it.each([
  ['/tasks', '</tasks>; rel="first", </tasks?cursor=c1>; rel="next"'],
  ['/tasks?limit=5', '</tasks?limit=5>; rel="first", </tasks?limit=5&cursor=c1>; rel="next"'],
  ['/tasks?cursor=c0&limit=5', '</tasks?limit=5>; rel="first", </tasks?limit=5&cursor=c1>; rel="next"'],
  // A question mark may stand in a query (RFC 3986, 3.4).
  [
    '/tasks?label=a?b&limit=5',
    '</tasks?label=a%3Fb&limit=5>; rel="first", </tasks?label=a%3Fb&limit=5&cursor=c1>; rel="next"',
  ],
])('links from %s to the pages beside it, with the same filters', (url, link) => {
  expect(pageReply(page({ next: 'c1', previous: '' }), url).headers!.Link).toBe(link);
});
