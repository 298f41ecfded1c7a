/** Fills a flight from one Ollama's answer, at the pace of its readers. */
import type { OllamaResponse } from '../ollama/client.ts';
import { ABANDONED, BROKE_OFF, faultOfResponse, UNREACHABLE } from '../ollama/fault.ts';
import type { Flight } from './flight.ts';

/**
 * Never rejects.
 * @param open asks the model server
 */
export async function fillFlight(
  flight: Flight,
  open: () => Promise<OllamaResponse>,
  signal: AbortSignal,
  headers: (response: OllamaResponse) => Readonly<Record<string, string>> = () => ({}),
): Promise<void> {
  try {
    const response = await open();
    if (response.status >= 400) {
      const reason = await faultOfResponse(response);
      flight.takeOff({ kind: 'fault', fault: reason });
      flight.land({ kind: 'broken', fault: reason });
      return;
    }
    const { status, contentType } = response;
    flight.takeOff({ kind: 'answering', status, contentType, headers: headers(response) });
    for await (const chunk of response.body) {
      flight.push(chunk);
      const full = flight.drained();
      if (full !== undefined) await full;
    }
    flight.land({ kind: 'landed' });
  } catch {
    const reason = signal.aborted ? ABANDONED : flight.takeoff === undefined ? UNREACHABLE : BROKE_OFF;
    flight.takeOff({ kind: 'fault', fault: reason });
    flight.land({ kind: 'broken', fault: reason });
  }
}
