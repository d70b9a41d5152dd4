/** "500m", "1Gi", "2", "1e3", in the base unit. Undefined for what is no quantity. */
export function quantityOf(text: string | number): number | undefined {
  const [, number = '', unit = ''] = /^([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([a-zA-Z]*)$/.exec(`${text}`) ?? [];
  const factor = Object.hasOwn(FACTORS, unit) ? FACTORS[unit] : undefined;
  const value = Number(number);
  return number === '' || factor === undefined || !Number.isFinite(value) ? undefined : value * factor;
}

const FACTORS: Readonly<Record<string, number>> = {
  ...{ n: 1e-9, u: 1e-6, m: 1e-3, '': 1 },
  ...{ k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};
