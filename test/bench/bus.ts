import { type CampaignOptions } from '../support/campaign.ts';
import { printFigure } from './figure.ts';
import { kafkaFigures } from './bus-kafka.ts';
import { processFigures } from './bus-processes.ts';
import { sqliteFigures } from './bus-sqlite.ts';

/** The bus against its limits, each pair measured in one run, side by side. */
export async function busBench({ quick }: CampaignOptions): Promise<boolean> {
  for await (const figure of sqliteFigures(quick)) printFigure(figure);
  for await (const figure of processFigures(quick)) printFigure(figure);
  for await (const figure of kafkaFigures(quick)) printFigure(figure);
  return true;
}
