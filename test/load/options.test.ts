import { describe, expect, it } from 'vitest';
import { HELP, readOptions } from '../../bench/load/options.ts';
import { PROOFS } from '../../bench/load/proofs.ts';

const wrong = (...args: string[]) => {
  const parsed = readOptions(args);
  return parsed.kind === 'wrong' ? parsed.problems.join('\n') : parsed.kind;
};
const options = (...args: string[]) => {
  const parsed = readOptions(args);
  if (parsed.kind !== 'options') throw new Error(wrong(...args));
  return parsed.options;
};

describe('the command line', () => {
  it('has defaults for everything', () => {
    expect(options()).toMatchObject({
      users: 100,
      requests: 10,
      workload: 'faq',
      start: 'warm',
      workers: 1,
      url: undefined,
    });
  });

  it('takes what the documentation says', () => {
    const read = options(
      '--users',
      '1000',
      '--requests',
      '3',
      '--workload',
      'chat',
      '--rate',
      '20',
      '--models',
      'a, b',
    );
    expect(read).toMatchObject({ users: 1000, requests: 3, workload: 'chat', rate: 20, models: ['a', 'b'] });
    expect(options('--url', 'http://localhost:8787/').url).toBe('http://localhost:8787');
  });

  it.each(Object.keys(PROOFS))('knows the proof %s, whose options can be changed', (name) => {
    expect(options(name).proof).toBe(name);
    expect(options(name).expect.length).toBeGreaterThan(0);
    expect(options(name, '--users', '7').users).toBe(7);
    expect(options(name, '--url', 'http://localhost:1').url).toBe('http://localhost:1');
    expect(HELP).toContain(name);
  });

  it.each([
    [['--users', 'many'], '--users is a number'],
    [['--users', '0'], '--users is at least 1'],
    [['--users', '1.5'], '--users is a whole number'],
    [['--streaming', '2'], '--streaming is at most 1'],
    [['--start', 'lukewarm'], '--start is cold, warm or hot'],
    [['--dialect', 'soap'], '--dialect is one of ollama-chat'],
    [['--workload', 'nosuch.jsonl'], 'there is no nosuch.jsonl'],
    [['--url', 'ftp://localhost'], '--url is an http(s) address'],
    [['--duration', '10'], '--duration needs a --rate'],
    [['--rate', '5', '--duration', '10', '--requests', '3'], 'exclude each other'],
    [['--expect', 'speed<3'], '--expect speed<3: not of the form'],
    [['--user', '3'], "Unknown option '--user'"],
    [['marathon'], 'marathon is no proof: faq, hits, stampede, soak'],
    [['faq', 'soak'], 'one proof at a time'],
  ])('names what is wrong with %j', (args, message) => expect(wrong(...args)).toContain(message));
});

describe('hosts', () => {
  it.each([
    'http://localhost:1',
    'http://127.0.0.1:1',
    'http://127.8.8.8:1',
    'http://[::1]:1',
    'http://edge.localhost',
  ])('%s is this machine', (url) => expect(options('--url', url).url).toBe(url));

  it.each([
    'http://example.com',
    'https://10.0.0.1',
    'http://localhost.example.com',
    'http://127.0.0.1.example.com',
    'http://notlocalhost',
    'http://localhost@example.com',
    'http://[2001:db8::1]',
    'http://0.0.0.0',
  ])('%s is refused, unless one says that it is one’s own', (url) => {
    expect(wrong('--url', url)).toContain('is not this machine: load is refused');
    expect(wrong('--url', url, '--i-own-this-host')).toBe('options');
  });
});
