import { describe, expect, it } from 'vitest';
import { blocked, isCloudModel } from '../../src/dialects/blocked.ts';

describe('blocked', () => {
  it.each(['gpt-oss:cloud', 'gpt-oss:120b-cloud', 'x:CLOUD', ' x:120B-Cloud ', 'ns/x: cloud', 'x:-cloud'])(
    'refuses %j',
    (model) => expect(blocked(model, {})).toMatchObject({ kind: 'forbidden', status: 403 }),
  );

  it.each(['gpt-oss', 'gpt-oss-cloud', 'cloud', 'cloud:7b', 'x:cloudy', 'x:cloud/y-cloud', ''])('allows %j', (model) =>
    expect(isCloudModel(model)).toBe(false),
  );

  it('refuses prompt dumps', () => {
    expect(blocked('m', { _debug_render_only: true })?.status).toBe(403);
    expect(blocked('m', { _debug_render_only: false })).toBeUndefined();
  });
});
