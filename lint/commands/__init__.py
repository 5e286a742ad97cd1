"""What the commands in hooks, starts, crons and operations do: which tools are known, what they write, how they end."""
