/** Exchanges that list what the server has, and those that it has no route for. */
import type { GoldenCase, GoldenModels } from './golden-case.ts';

export function catalogCases(models: GoldenModels): readonly GoldenCase[] {
  const get = (name: string, path: string): GoldenCase => ({ name: `catalog/${name}`, method: 'GET', path });
  const head = (name: string, path: string): GoldenCase => ({ name: `catalog/${name}`, method: 'HEAD', path });
  const show = (name: string, body: object): GoldenCase => ({ name: `catalog/${name}`, path: '/api/show', body });
  return [
    get('root', '/'),
    head('root-head', '/'),
    get('version', '/api/version'),
    head('version-head', '/api/version'),
    get('tags', '/api/tags'),
    head('tags-head', '/api/tags'),
    get('ps', '/api/ps'),
    get('models', '/v1/models'),
    head('models-head', '/v1/models'),
    get('model', `/v1/models/${models.plain}`),
    get('model-tag', `/v1/models/${models.plain}:latest`),
    get('model-upper-case', `/v1/models/${models.plain.toUpperCase()}`),
    get('model-unknown', '/v1/models/missing'),
    get('model-slash', `/v1/models/library/${models.plain}`),
    get('model-slash-escaped', `/v1/models/library%2F${models.plain}`),
    show('show', { model: models.tools }),
    show('show-name', { name: models.embedding }),
    show('show-unknown', { model: 'missing' }),
    show('show-no-model', {}),
    { name: 'catalog/show-empty-body', path: '/api/show', text: '' },
    get('show-method', '/api/show'),
    get('unknown-path', '/api/nothing'),
    get('unknown-path-v1', '/v1/nothing'),
    { name: 'catalog/version-method', path: '/api/version', text: '' },
    {
      name: 'catalog/cors-preflight',
      method: 'OPTIONS',
      path: '/api/chat',
      headers: {
        origin: 'http://localhost:3000',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    },
    { name: 'catalog/cors-allowed', method: 'GET', path: '/api/version', headers: { origin: 'http://localhost:3000' } },
    { name: 'catalog/cors-refused', method: 'GET', path: '/api/version', headers: { origin: 'https://example.com' } },
    { name: 'catalog/host-refused', method: 'GET', path: '/api/version', headers: { host: 'example.com' } },
  ];
}
