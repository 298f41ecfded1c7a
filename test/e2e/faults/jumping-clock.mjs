// Loaded into the sidecar before its program: each SIGUSR2 moves its clock a year on, then back again.
const YEAR_MS = 31_536_000_000;
const realNow = Date.now.bind(Date);
let offset = 0;
Date.now = () => realNow() + offset;
process.on('SIGUSR2', () => {
  offset = offset === 0 ? YEAR_MS : 0;
});
