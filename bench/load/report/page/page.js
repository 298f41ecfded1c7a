// Draws the plots of the report from the data beside it. Runs in the browser; uPlot is in the page.
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const probe = document.createElement('i');
  document.body.append(probe);
  // A canvas knows no light-dark(): the browser says which of the two it is.
  const color = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const faded = (name) => color(name).replace('rgb(', 'rgba(').replace(')', ', 0.55)');
  const LINES = ['HIT', 'SEMANTIC', 'MISS', 'JOINED', 'STALE'];
  const HEIGHT = 240;
  const axis = (more) => ({
    stroke: color('faint'),
    grid: { stroke: color('line') },
    ticks: { stroke: color('line') },
    font: `12px ${getComputedStyle(document.body).fontFamily}`,
    ...more,
  });
  const plain = (value) =>
    value == null ? '–' : value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toFixed(2);

  function draw(id, series, values, more = {}) {
    const box = document.getElementById(id);
    if (values.length < 2 || values[0].length < 2) {
      box.textContent = 'too little to draw';
      return;
    }
    const plot = new uPlot(
      {
        width: box.clientWidth,
        height: HEIGHT,
        padding: [8, 12, 0, 0],
        cursor: { points: { size: 6 } },
        series: [{ label: more.x ?? 'second', value: (_, value) => (more.xValue ?? plain)(value) }, ...series],
        scales: { x: { time: false }, ...more.scales },
        axes: more.axes ?? [axis({ values: (_, ticks) => ticks.map((tick) => `${tick} s`) }), axis({ size: 56 })],
        bands: more.bands,
      },
      values,
      box,
    );
    new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: HEIGHT })).observe(box);
  }

  const line = (label, name, more) => ({
    label,
    stroke: color(name),
    width: 1.75,
    points: { show: false },
    value: (_, value) => plain(value),
    ...more,
  });
  const seconds = (many) => Array.from({ length: many }, (_, at) => at);
  const log = { y: { distr: 3, log: 10 } };
  const logAxis = axis({
    size: 56,
    splits: (plot) => {
      const [low, high] = [plot.scales.y.min, plot.scales.y.max].map(Math.log10);
      return seconds(Math.floor(high) - Math.ceil(low) + 1).map((at) => 10 ** (Math.ceil(low) + at));
    },
    values: (_, ticks) => ticks.map((tick) => String(+tick.toPrecision(1))),
  });

  // Stacked: each series is drawn at the sum of itself and those after it, the last one nearest the axis.
  const own = data.answers.map(({ values }) => values);
  const stacked = own.map((_, at) =>
    data.seconds.map((second) => own.slice(at).reduce((sum, values) => sum + values[second], 0)),
  );
  draw(
    'answers',
    data.answers.map(({ name }, at) =>
      line(name, name, {
        fill: faded(name),
        width: 1,
        paths: uPlot.paths.stepped({ align: 1 }),
        value: (_, __, ___, index) => plain(index == null ? null : own[at][index]),
      }),
    ),
    [data.seconds, ...stacked],
    { bands: stacked.slice(1).map((_, at) => ({ series: [at + 1, at + 2] })) },
  );

  draw(
    'latency',
    data.latency.map(({ name, values }, at) =>
      line(name, LINES[at], { spanGaps: true, points: { show: values.length < 30, size: 5 } }),
    ),
    [
      data.seconds,
      ...data.latency.map(({ values }) => values.map((value) => (value === null ? null : Math.max(value, 0.01)))),
    ],
    { scales: log, axes: [axis({ values: (_, ticks) => ticks.map((tick) => `${tick} s`) }), logAxis] },
  );

  // By nines: the x axis is how many there are, so that 0.9, 0.99 and 0.999 are equally far apart.
  const nines = (share) => -Math.log10(1 - share);
  const named = (many) => `P${+(100 * (1 - 10 ** -many)).toFixed(3)}`;
  const shares = [...new Set(data.percentiles.flatMap(({ curve }) => curve.map(([share]) => share)))].sort(
    (a, b) => a - b,
  );
  draw(
    'percentiles',
    data.percentiles.map(({ name }) => line(name, name)),
    [
      shares.map(nines),
      ...data.percentiles.map(({ curve }) => {
        const known = new Map(curve);
        return shares.map((share) => (known.has(share) ? Math.max(known.get(share), 0.01) : null));
      }),
    ],
    {
      scales: log,
      x: 'percentile',
      xValue: (value) => (value == null ? '–' : named(value)),
      axes: [
        axis({
          splits: () => [0, 1, 2, 3, 4, 5],
          values: (_, ticks) => ticks.map(named),
        }),
        logAxis,
      ],
    },
  );

  if (data.memory.length > 0)
    draw(
      'memory',
      data.memory.map(({ name }, at) => line(name, LINES[at])),
      [
        seconds(Math.min(...data.memory.map(({ values }) => values.length))),
        ...data.memory.map(({ values }) => values),
      ],
    );
  else document.getElementById('memory').parentElement.remove();
  probe.remove();
})();
