from tests.bench.report import Report
def run(**k: object) -> Report: raise NotImplementedError
