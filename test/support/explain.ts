/** The stages of the winning plan, at any depth of what the server explains. */
export function stagesOf(explained: unknown): string[] {
  const stages: string[] = [];
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      if (name === 'stage' && typeof inner === 'string') stages.push(inner);
      else if (name !== 'rejectedPlans') look(inner);
    }
  };
  look((explained as { queryPlanner: { winningPlan: unknown } }).queryPlanner.winningPlan);
  return stages;
}
