"""What is kept of logs, for agents delete them: an archive, and what spares reading logs again.

- `contents`: an archive's rows and what it forgot, out of its file and into it.
- `merging`: records of several readings laid together, and with an archive; `precedence`: one source a session.
- `kept`: archives read along with what the logs tell now; `collecting`: the same, written down under a lock.
- `fingerprints`: which logs an archive holds as they are.
- `segments`: what one log tells, read on where it ended; `held`: an agent with its segments, and their files.

A collecting takes the fingerprints, asks each agent for the families of logs that changed, of which `held` has new
bytes read only, merges the records with the archive's, writes that, and then what it knows of the logs.
"""
